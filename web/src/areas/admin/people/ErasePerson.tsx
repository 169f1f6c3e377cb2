import { toast } from '@/components/toasts';
import { TypedConfirm } from '../frame/TypedConfirm';
import { useAdminText } from '../text';
import type { PersonRow } from '../types';
import { useErasePerson } from './people';

/** Erases somebody and all that is theirs, once their address is typed again. */
export function ErasePerson({ person, onClose }: { person: PersonRow; onClose: () => void }) {
  const a = useAdminText();
  const erase = useErasePerson();
  return (
    <TypedConfirm
      title={a.people.eraseTitle(person.full_name)}
      words={person.email}
      action={a.people.eraseForGood}
      busy={erase.isPending}
      error={erase.error}
      onClose={onClose}
      onConfirm={() =>
        erase.mutate(person.id, {
          onSuccess: () => {
            toast(a.people.erased(person.full_name));
            onClose();
          },
        })
      }
    >
      <p>{a.people.eraseText}</p>
    </TypedConfirm>
  );
}
