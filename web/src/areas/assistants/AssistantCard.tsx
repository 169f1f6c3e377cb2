import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Assistant } from '@/api/contract';
import { composerFocus } from '@/areas/chat/composerFocus';
import { setNewAssistant, setNewModel } from '@/areas/chat/newModel';
import { isAuto, shortName, useModels } from '@/areas/models/models';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { useText } from '@/text';
import { AssistantFace } from './AssistantFace';
import { DeleteAssistant } from './DeleteAssistant';
import { useAssistantText } from './text';

export function useModelName(): (id: string) => string {
  const t = useText();
  const models = useModels().data;
  return (id) =>
    isAuto(id) ? t.models.auto[id].name : (models?.find((m) => m.id === id)?.name ?? shortName(id));
}

/** What an assistant is for, what it has of its own, and the way to talk to it. */
export function AssistantCard({ assistant, locked }: { assistant: Assistant; locked: boolean }) {
  const t = useText();
  const s = useAssistantText();
  const navigate = useNavigate();
  const modelName = useModelName();
  const [deleting, setDeleting] = useState(false);
  const { id, name, system_prompt: prompt, style, model, knowledge } = assistant;
  const about = prompt ?? style;
  return (
    <li className="assistant">
      <div className="assistant-head">
        <AssistantFace />
        <h2>
          {locked ? (
            name
          ) : (
            <Link to="/assistants" search={{ open: id }}>
              {name}
            </Link>
          )}
        </h2>
        {!locked && (
          <Menu
            label={s.options(name)}
            trigger={<IconButton small icon="more" label={s.options(name)} />}
          >
            {(close) => (
              <>
                <MenuItem
                  icon="pencil"
                  onSelect={() => {
                    close();
                    void navigate({ to: '/assistants', search: { open: id } });
                  }}
                >
                  {s.edit}
                </MenuItem>
                <MenuItem
                  icon="trash"
                  danger
                  onSelect={() => {
                    close();
                    setDeleting(true);
                  }}
                >
                  {t.common.delete}
                </MenuItem>
              </>
            )}
          </Menu>
        )}
      </div>
      <p className="assistant-about">{about || '\u00a0'}</p>
      <div className="assistant-foot">
        <span className="assistant-facts">
          {model && <span className="chip">{modelName(model)}</span>}
          {knowledge.length > 0 && (
            <span className="chip">
              <Icon name="file" size={12} /> {s.files(knowledge.length)}
            </span>
          )}
        </span>
        <Button
          small
          icon="compose"
          aria-label={`${s.chat}: ${name}`}
          onClick={() => {
            setNewAssistant(id);
            setNewModel(null);
            void navigate({ to: '/' }).then(() => composerFocus.take());
          }}
        >
          {s.chat}
        </Button>
      </div>
      {deleting && <DeleteAssistant assistant={assistant} onClose={() => setDeleting(false)} />}
    </li>
  );
}
