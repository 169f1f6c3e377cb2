import { useState } from 'react';
import { Button } from '@/components/Button';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useBusinessText } from '../text';
import type { Connector } from '../types';
import { DeleteSource } from './DeleteSource';
import { isRunning, useChangeConnector, useSync } from './sources';

/** What can be done with a source. */
export function SourceTools({
  connector,
  reads,
}: {
  connector: Connector;
  /** Whether there is something to read from: a file is uploaded, and a demonstration is made once. */
  reads: boolean;
}) {
  const t = useText();
  const b = useBusinessText();
  const sync = useSync(connector.id);
  const change = useChangeConnector(connector.id);
  const [deleting, setDeleting] = useState(false);
  const paused = connector.state === 'paused';
  const running = isRunning(connector.run);
  const failed = (error: unknown) => void toast(describe(error, t));
  return (
    <>
      {reads && (
        <Button
          look="main"
          icon="refresh"
          busy={sync.isPending}
          disabled={running || paused}
          onClick={() => sync.mutate('incremental', { onError: failed })}
        >
          {running ? b.sources.syncing : b.sources.syncNow}
        </Button>
      )}
      <Menu
        label={b.sources.options}
        trigger={<IconButton icon="more" label={b.sources.options} />}
      >
        {(close) => (
          <>
            {reads && (
              <MenuItem
                icon="download"
                onSelect={() => {
                  close();
                  sync.mutate('full', { onError: failed });
                }}
              >
                {b.sources.readAll}
              </MenuItem>
            )}
            {reads && (
              <MenuItem
                icon={paused ? 'play' : 'pause'}
                onSelect={() => {
                  close();
                  change.mutate({ paused: !paused }, { onError: failed });
                }}
              >
                {paused ? b.sources.resume : b.sources.pause}
              </MenuItem>
            )}
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
      {deleting && <DeleteSource connector={connector} onClose={() => setDeleting(false)} />}
    </>
  );
}
