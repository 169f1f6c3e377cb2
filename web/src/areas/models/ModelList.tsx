import { Link } from '@tanstack/react-router';
import { useMemo, useRef, useState } from 'react';
import type { AssistantChoice } from '@/areas/assistants/AssistantRows';
import { AssistantRows } from '@/areas/assistants/AssistantRows';
import { Bones } from '@/components/Bones';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { useText } from '@/text';
import { AutoRow } from './AutoRow';
import { LockedProvider } from './LockedProvider';
import { ModelRow } from './ModelRow';
import { AUTO_KINDS, groupModels, useModels } from './models';
import { providerName } from './providerNames';

interface Props {
  /** Where one may choose an assistant as well. */
  assistant?: AssistantChoice;
  chosen: string;
  onChoose: (model: string) => void;
}

/** A list to search and to walk through with the arrow keys. */
export function ModelList({ chosen, onChoose, assistant }: Props) {
  const t = useText();
  const [query, setQuery] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const models = useModels();
  const groups = useMemo(() => groupModels(models.data ?? [], query), [models.data, query]);
  const plain = query.trim().toLowerCase();
  const autos = AUTO_KINDS.filter((kind) =>
    `auto ${t.models.auto[kind].name}`.toLowerCase().includes(plain),
  );

  const move = (event: React.KeyboardEvent) => {
    const rows = [...(list.current?.querySelectorAll<HTMLElement>('[data-row]') ?? [])];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    if (event.key === 'ArrowDown') rows[Math.min(at + 1, rows.length - 1)]?.focus();
    else if (event.key === 'ArrowUp' && at > 0) rows[at - 1]?.focus();
    else if (event.key === 'ArrowUp') list.current?.querySelector('input')?.focus();
    else if (event.key === 'Enter' && at < 0) rows[0]?.click();
    else return;
    event.preventDefault();
  };

  return (
    <div ref={list} className="model-list" onKeyDown={move}>
      <div className="model-search">
        <Icon name="search" size={16} />
        <input
          type="search"
          autoFocus
          placeholder={t.models.search}
          aria-label={t.models.search}
          value={query}
          onChange={(e) => setQuery(e.target.value)}
        />
      </div>
      <div className="model-scroll">
        {assistant && <AssistantRows {...assistant} query={plain} />}
        {autos.length > 0 && (
          <section aria-label={t.models.title}>
            {assistant && <h3>{t.models.title}</h3>}
            {autos.map((kind) => (
              <AutoRow key={kind} kind={kind} chosen={kind === chosen} onChoose={onChoose} />
            ))}
          </section>
        )}
        {models.isPending && (
          <div style={{ padding: 16 }}>
            <Bones lines={4} height={32} />
          </div>
        )}
        {models.error && (
          <div style={{ padding: 8 }}>
            <LoadError error={models.error} onRetry={() => void models.refetch()} />
          </div>
        )}
        {groups.map((group) =>
          !group.usable && plain === '' ? (
            <LockedProvider key={group.provider} group={group} />
          ) : (
            <section key={group.provider} aria-label={providerName(group.provider)}>
              <h3>{providerName(group.provider)}</h3>
              {group.models.map((model) => (
                <ModelRow
                  key={model.id}
                  model={model}
                  chosen={model.id === chosen}
                  onChoose={onChoose}
                />
              ))}
            </section>
          ),
        )}
        {models.data && groups.length === 0 && autos.length === 0 && (
          <p className="model-none">{t.models.none(query)}</p>
        )}
      </div>
      <div className="model-foot">
        <Link to="/keys">
          <Icon name="key" size={15} /> {t.models.manageKeys}
        </Link>
        {assistant && (
          <Link to="/assistants">
            <Icon name="spark" size={15} /> {t.shell.assistants}
          </Link>
        )}
      </div>
    </div>
  );
}
