import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Entrance } from './Entrance';
import { RegisterForm } from './RegisterForm';
import { SignInForm } from './SignInForm';
import { useText } from '@/text';

const route = getRouteApi('/sign-in');

/** The first page: the first account on a new instance, else signing in or, where open, joining. */
export function SignInPage() {
  const t = useText();
  const { setup } = route.useLoaderData();
  const { next } = route.useSearch();
  const [joining, setJoining] = useState(false);
  const first = setup.needs_first_account;
  const done = () => location.assign(next?.startsWith('/') && !next.startsWith('//') ? next : '/');

  if (first || joining) {
    return (
      <Entrance
        title={first ? t.signIn.firstTitle : t.signIn.joinTitle}
        lead={first ? t.signIn.firstLead : t.signIn.joinLead}
      >
        <RegisterForm first={first} onDone={done} />
        {!first && (
          <p className="entrance-other">
            {t.signIn.haveAccount}{' '}
            <button type="button" className="link" onClick={() => setJoining(false)}>
              {t.signIn.signIn}
            </button>
          </p>
        )}
      </Entrance>
    );
  }
  return (
    <Entrance title={t.signIn.title} lead={t.signIn.lead}>
      <SignInForm onDone={done} />
      {setup.registration === 'open' && (
        <p className="entrance-other">
          {t.signIn.noAccount}{' '}
          <button type="button" className="link" onClick={() => setJoining(true)}>
            {t.signIn.join}
          </button>
        </p>
      )}
    </Entrance>
  );
}
