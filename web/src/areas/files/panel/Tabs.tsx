interface Props<T extends string> {
  id: string;
  label: string;
  tabs: { value: T; label: string }[];
  chosen: T;
  onChoose: (value: T) => void;
}

/** Parts of one thing, one at a time; the arrow keys go from one to the next. */
export function Tabs<T extends string>({ id, label, tabs, chosen, onChoose }: Props<T>) {
  const onKeyDown = (event: React.KeyboardEvent) => {
    const at = tabs.findIndex((tab) => tab.value === chosen);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (!next) return;
    event.preventDefault();
    onChoose(next.value);
    document.getElementById(`${id}-${next.value}`)?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.value}
          id={`${id}-${tab.value}`}
          type="button"
          role="tab"
          aria-selected={tab.value === chosen}
          aria-controls={`${id}-panel`}
          tabIndex={tab.value === chosen ? 0 : -1}
          onClick={() => onChoose(tab.value)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  );
}
