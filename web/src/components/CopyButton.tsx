import { useEffect, useState } from 'react';
import { useText } from '@/text';
import { Button } from './Button';
import { copyText } from './copyText';
import type { IconName } from './Icon';
import { IconButton } from './IconButton';

interface Props {
  text: () => string;
  label?: string;
  /** With words beside the icon, where there is room. */
  worded?: boolean;
  icon?: IconName;
}

export function CopyButton({ text, label, worded, icon: look = 'copy' }: Props) {
  const t = useText();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  const onClick = () => void copyText(text()).then(setCopied);
  const said = copied ? t.common.copied : (label ?? t.common.copy);
  const icon = copied ? 'check' : look;
  if (worded) {
    return (
      <Button look="quiet" small icon={icon} onClick={onClick}>
        {said}
      </Button>
    );
  }
  return <IconButton small icon={icon} label={said} onClick={onClick} />;
}
