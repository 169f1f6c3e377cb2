import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useSlowly } from '@/app/useSlowly';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Icon } from '@/components/Icon';
import { LoadError } from '@/components/LoadError';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { usePeople } from './people';
import './people.css';
import { PersonCard } from './PersonCard';

/** Everybody there is, as far as the administrator may know of them. */
export function PeoplePage() {
  const a = useAdminText();
  return (
    <AdminFrame
      page="people"
      lead={a.people.lead}
      tools={
        <Link to="/workspace" className="btn btn-line">
          <Icon name="plus" size={17} />
          {a.people.invite}
        </Link>
      }
    >
      <PeopleList />
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
      <div className="form-row afilters">
        <Field label={a.people.search}>
          {(props) => (
            <input
              {...props}
              className="input"
              type="search"
              placeholder={a.people.searchExample}
              value={words}
              onChange={(e) => setWords(e.target.value)}
            />
          )}
        </Field>
      </div>
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
