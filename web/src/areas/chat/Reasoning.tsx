import { Icon } from '@/components/Icon';
import { useText } from '@/text';

/** What the model thought before it spoke, folded away unless asked for. */
export function Reasoning({ text, running }: { text: string; running: boolean }) {
  const t = useText();
  return (
    <details className="reasoning">
      <summary>
        <Icon name="right" size={15} />
        {running ? t.chat.reasoningNow : t.chat.reasoning}
      </summary>
      <div>{text}</div>
    </details>
  );
}
