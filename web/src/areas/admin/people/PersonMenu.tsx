import { useNavigate } from '@tanstack/react-router';
import { may, useMe } from '@/areas/identity/session';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { toast } from '@/components/toasts';
import { useText } from '@/text';
import { describe } from '@/text/failures';
import { useAdminText } from '../text';
import type { PersonPatch, PersonRow } from '../types';
import { useChangePerson, useSignPersonOut } from './people';
import type { PersonDialog } from './PersonCard';

interface Props {
  person: PersonRow;
  onDialog: (dialog: PersonDialog) => void;
}

/** What can be done about a person. Nobody shuts themselves out. */
export function PersonMenu({ person, onDialog }: Props) {
  const t = useText();
  const a = useAdminText();
  const p = a.people;
  const me = useMe();
  const navigate = useNavigate();
  const change = useChangePerson();
  const signOut = useSignPersonOut();
  const rules = may(me, 'instance.administer');
  const own = person.id === me.user.id;
  const onError = (error: unknown) => toast(describe(error, t));
  const patch = (values: PersonPatch, said: string, back: PersonPatch) =>
    change.mutate(
      { id: person.id, patch: values },
      {
        onError,
        onSuccess: () =>
          toast(said, {
            label: t.common.undo,
            run: () => change.mutate({ id: person.id, patch: back }, { onError }),
          }),
      },
    );
  const { disabled, is_instance_admin: admin, full_name: name } = person;
  return (
    <Menu
      label={p.actions(name)}
      trigger={<IconButton small icon="more" label={p.actions(name)} />}
    >
      {(close) => {
        const act = (work: () => void) => () => {
          close();
          work();
        };
        return (
          <>
            {may(me, 'audit.read') && (
              <MenuItem
                icon="key"
                onSelect={act(
                  () => void navigate({ to: '/admin/access', search: { user: person.id } }),
                )}
              >
                {p.access}
              </MenuItem>
            )}
            {may(me, 'threads.open') && !own && (
              <MenuItem icon="eye" onSelect={act(() => onDialog('threads'))}>
                {p.openThread}
              </MenuItem>
            )}
            {rules && (
              <MenuItem
                icon="leave"
                onSelect={act(() =>
                  signOut.mutate(person.id, { onError, onSuccess: () => toast(p.signedOut(name)) }),
                )}
              >
                {p.signOut}
              </MenuItem>
            )}
            {rules && !own && (
              <>
                <MenuItem
                  icon="server"
                  onSelect={act(() =>
                    patch(
                      { is_instance_admin: !admin },
                      admin ? p.noAdminNow(name) : p.adminNow(name),
                      { is_instance_admin: admin },
                    ),
                  )}
                >
                  {admin ? p.takeAdmin : p.makeAdmin}
                </MenuItem>
                <MenuItem
                  icon="lock"
                  onSelect={act(() =>
                    patch(
                      { disabled: !disabled },
                      disabled ? p.enabledNow(name) : p.disabledNow(name),
                      {
                        disabled,
                      },
                    ),
                  )}
                >
                  {disabled ? p.enable : p.disable}
                </MenuItem>
                <div className="menu-line" role="separator" />
                <MenuItem icon="trash" danger onSelect={act(() => onDialog('erase'))}>
                  {p.erase}
                </MenuItem>
              </>
            )}
          </>
        );
      }}
    </Menu>
  );
}
