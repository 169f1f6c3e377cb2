import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Message } from '@/api/contract';
import { ModelList } from '@/areas/models/ModelList';
import { shortName } from '@/areas/models/models';
import { MessageMore } from '@/areas/rooms/MessageMore';
import { ReactionAdd } from '@/areas/rooms/ReactionAdd';
import { ReplyButton } from '@/areas/rooms/ReplyButton';
import { useRoom } from '@/areas/rooms/RoomContext';
import { CopyButton } from '@/components/CopyButton';
import { Dialog } from '@/components/Dialog';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { money, seconds, tokenCount } from '@/text/numbers';
import { stoodIn } from './attempts';
import { BranchSwitch } from './BranchSwitch';
import { forkThread } from './threads';

interface Props {
  message: Message;
  locked: boolean;
  onRegenerate: (reply: Message, model: string | null) => void;
}

function facts(message: Message, t: ReturnType<typeof useText>): string[] {
  const { usage } = message;
  const list: string[] = [];
  if (message.model) list.push(shortName(message.model));
  const before = stoodIn(message.metadata);
  if (before.length > 0) list.push(t.chat.insteadOf(before.join(', ')));
  if (usage && message.status !== 'failed') {
    list.push(t.chat.tokens(tokenCount(usage.input_tokens), tokenCount(usage.output_tokens)));
    list.push(usage.cost_micros === null ? t.common.notPriced : money(usage.cost_micros));
    if (usage.total_ms !== null) list.push(seconds(usage.total_ms));
  }
  return list;
}

export function AnswerTools({ message, locked, onRegenerate }: Props) {
  const t = useText();
  const { shared, writes } = useRoom();
  const navigate = useNavigate();
  const fork = useMutation({
    mutationFn: () => forkThread(message.thread_id, message.id),
    onSuccess: (thread) => navigate({ to: '/c/$threadId', params: { threadId: thread.id } }),
    onError: (error) => toast(describe(error, t)),
  });
  const [choosing, setChoosing] = useState(false);
  return (
    <div className="turn-tools">
      <BranchSwitch message={message} locked={locked || !writes} />
      {shared && <ReactionAdd message={message} />}
      {shared && writes && <ReplyButton message={message} />}
      {message.content && <CopyButton text={() => message.content} label={t.chat.copyAnswer} />}
      <Menu
        label={t.chat.regenerate}
        align="start"
        trigger={<IconButton small icon="refresh" label={t.chat.regenerate} disabled={locked} />}
      >
        {(close) => (
          <>
            {writes && (
              <>
                <MenuItem
                  icon="refresh"
                  onSelect={() => {
                    close();
                    onRegenerate(message, null);
                  }}
                >
                  {t.chat.regenerateSame}
                </MenuItem>
                <MenuItem
                  icon="branch"
                  onSelect={() => {
                    close();
                    setChoosing(true);
                  }}
                >
                  {t.chat.regenerateOther}
                </MenuItem>
                <div className="menu-line" role="separator" />
              </>
            )}
            <MenuItem
              icon="compose"
              onSelect={() => {
                close();
                fork.mutate();
              }}
            >
              {t.chat.fork}
            </MenuItem>
          </>
        )}
      </Menu>
      {shared && <MessageMore message={message} />}
      <span className="facts tabular">{facts(message, t).join(' · ')}</span>
      <Dialog
        open={choosing}
        bare
        className="dialog-models"
        title={t.chat.regenerateOther}
        onClose={() => setChoosing(false)}
      >
        <ModelList
          chosen={message.model ?? ''}
          onChoose={(model) => {
            setChoosing(false);
            onRegenerate(message, model);
          }}
        />
      </Dialog>
    </div>
  );
}
