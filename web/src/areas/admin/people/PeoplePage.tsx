import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { may, useMe } from '@/areas/identity/session';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { usePeople } from './people';
import './people.css';
import { Colleagues } from './Colleagues';
import { PeopleSearch } from './PeopleSearch';
import { PersonCard } from './PersonCard';

/** Everybody there is, as far as the administrator may know of them. */
export function PeoplePage() {
  const a = useAdminText();
  const everywhere = may(useMe(), 'instance.administer');
  return (
    <AdminFrame
      page="people"
      lead={everywhere ? a.people.lead : a.people.leadOwn}
      tools={
        <Link to="/workspace" className="btn btn-line">
          <Icon name="plus" size={17} />
          {a.people.invite}
        </Link>
      }
    >
      {everywhere ? <PeopleList /> : <Colleagues />}
    </AdminFrame>
  );
}

function PeopleList() {
  const a = useAdminText();
  const [words, setWords] = useState('');
  const q = useSlowly(words.trim(), 200);
  const people = usePeople(q);
  const rows = people.data?.pages.flatMap((page) => page.data) ?? [];
  return (
    <div className="stack">
      <PeopleSearch words={words} onChange={setWords} />
      {people.isPending && <Bones lines={6} height={48} />}
      {people.error && !people.data && (
        <LoadError error={people.error} onRetry={() => void people.refetch()} />
      )}
      {people.isSuccess && rows.length === 0 && (
        <p className="quiet">{q ? a.people.noneFound(q) : a.people.none}</p>
      )}
      <ul className="apeople" aria-label={a.pages.people}>
        {rows.map((person) => (
          <li key={person.id}>
            <PersonCard person={person} />
          </li>
        ))}
      </ul>
      {people.hasNextPage && (
        <div>
          <Button busy={people.isFetchingNextPage} onClick={() => void people.fetchNextPage()}>
            {a.more}
          </Button>
        </div>
      )}
    </div>
  );
}
