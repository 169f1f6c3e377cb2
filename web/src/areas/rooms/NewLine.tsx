import { useText } from '@/text';

/** What is below it is new. */
export function NewLine() {
  const t = useText();
  return (
    <p className="new-line">
      <span>{t.rooms.message.new}</span>
    </p>
  );
}
