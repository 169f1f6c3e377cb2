import { Dialog } from '@/components/Dialog';
import { useSettings } from '@/areas/identity/settings';
import { useText } from '@/text';

const MOD = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl';

export function KeyboardSheet({ onClose }: { onClose: () => void }) {
  const t = useText();
  const { send_key: sendKey } = useSettings();
  const k = t.keyboard;
  const rows: [string[], string][] = [
    [[MOD, 'K'], k.palette],
    [[MOD, '⇧', 'O'], k.newChat],
    [[MOD, 'B'], k.sidebar],
    [['/'], k.compose],
    [sendKey === 'mod_enter' ? [MOD, '↵'] : ['↵'], k.send],
    [sendKey === 'mod_enter' ? ['↵'] : ['⇧', '↵'], k.line],
    [['↑', '↓'], k.move],
    [['Esc'], k.escape],
    [['?'], k.help],
  ];
  return (
    <Dialog open title={k.title} onClose={onClose}>
      <dl className="keys-sheet">
        {rows.map(([keys, what]) => (
          <div key={what}>
            <dt>{what}</dt>
            <dd>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
