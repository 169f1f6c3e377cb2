import { Icon } from '@/components/Icon';
import { useText } from '@/text';
import { useAssistants } from './assistants';

export interface AssistantChoice {
  chosen: string | null;
  onChoose: (id: string | null) => void;
}

/** The assistants at the head of the list of models. */
export function AssistantRows({ chosen, onChoose, query }: AssistantChoice & { query: string }) {
  const t = useText();
  const all = useAssistants().data ?? [];
  const list = all.filter((a) => `${t.shell.assistants} ${a.name}`.toLowerCase().includes(query));
  const row = (id: string | null, name: string, about: string) => (
    <button
      key={id}
      type="button"
      className="model-row"
      data-row
      aria-pressed={id === chosen}
      onClick={() => onChoose(id)}
    >
      <span className="model-name">
        {name} {id === chosen && <Icon name="check" size={15} />}
      </span>
      <span className="model-facts model-about">{about}</span>
    </button>
  );
  if (list.length === 0) return null;
  return (
    <section aria-label={t.shell.assistants}>
      <h3>{t.shell.assistants}</h3>
      {chosen !== null && query === '' && row(null, t.models.noAssistant, t.models.noAssistantHint)}
      {list.map((a) => row(a.id, a.name, a.system_prompt ?? a.style ?? ''))}
    </section>
  );
}
