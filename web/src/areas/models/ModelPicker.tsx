import { useId, useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { ModelList } from './ModelList';
import { AUTO, isAuto, shortName, useModels } from './models';
import './models.css';

interface Props {
  value: string | null;
  onChange: (model: string) => void;
  /** Told when the list closes, so that the composer can have the focus back. */
  onClose?: () => void;
}

function place(anchor: HTMLElement, panel: HTMLElement): void {
  const a = anchor.getBoundingClientRect();
  const height = panel.offsetHeight;
  const above = a.top - height - 8;
  panel.style.left = `${Math.max(8, Math.min(a.left, innerWidth - panel.offsetWidth - 8))}px`;
  panel.style.top = `${above >= 8 ? above : Math.min(a.bottom + 8, innerHeight - height - 8)}px`;
}

/** The chosen model, and the list to choose another from. */
export function ModelPicker({ value, onChange, onClose }: Props) {
  const t = useText();
  const id = useId();
  const anchor = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);
  const { data: models } = useModels();
  const chosen = value ?? AUTO;
  const known = models?.find((m) => m.id === chosen);
  const name = isAuto(chosen) ? t.models.auto[chosen].name : (known?.name ?? shortName(chosen));

  return (
    <>
      <button
        ref={anchor}
        type="button"
        className="model-chip"
        aria-haspopup="dialog"
        aria-expanded={open}
        aria-controls={id}
        aria-label={t.models.choose(name)}
        onClick={() => panel.current?.togglePopover()}
      >
        <span>{name}</span>
        <Icon name="down" size={15} />
      </button>
      <div
        ref={panel}
        id={id}
        className="model-panel"
        role="dialog"
        aria-label={t.models.title}
        popover="auto"
        onToggle={(event) => {
          const opened = event.newState === 'open';
          setOpen(opened);
          if (opened && anchor.current && panel.current) place(anchor.current, panel.current);
          if (!opened) onClose?.();
        }}
      >
        {open && (
          <ModelList
            chosen={chosen}
            onChoose={(model) => {
              onChange(model);
              panel.current?.hidePopover();
            }}
          />
        )}
      </div>
    </>
  );
}
