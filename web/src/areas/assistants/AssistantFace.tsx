import { Icon } from '@/components/Icon';

export function AssistantFace({ size = 40 }: { size?: number }) {
  return (
    <span className="assistant-face" style={{ width: size, height: size }}>
      <Icon name="spark" size={size * 0.52} />
    </span>
  );
}
