import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { Notice } from '@/components/Notice';
import { useText } from '@/text';
import { Entrance } from './Entrance';
import { OtherWays } from './OtherWays';
import { RegisterForm } from './RegisterForm';
import { SecondFactorForm } from './SecondFactorForm';
import { SignInForm } from './SignInForm';
import { useSignInWords } from './words';

const route = getRouteApi('/sign-in');

function ownPath(path: string | undefined): string {
  return path?.startsWith('/') && !path.startsWith('//') && !path.includes('\\') ? path : '/';
}

/** The first page: the first account on a new instance, else signing in or, where open, joining. */
export function SignInPage() {
  const t = useText();
  const w = useSignInWords();
  const { setup, methods } = route.useLoaderData();
  const search = route.useSearch();
  // Another service's second half comes behind the #, which no server's log sees.
  const [brought] = useState(() => new URLSearchParams(location.hash.slice(1)));
  const [challenge, setChallenge] = useState(brought.get('challenge'));
  const [joining, setJoining] = useState(false);
  const first = setup.needs_first_account;
  const next = ownPath(search.next ?? brought.get('return_to') ?? undefined);
  const done = () => location.assign(next);
  const refusal = search.error && (w.errors[search.error] ?? w.unknownError);

  if (challenge !== null) {
    return (
      <Entrance title={w.codeTitle} lead={w.codeLead}>
        <SecondFactorForm challenge={challenge} onDone={done} onBack={() => setChallenge(null)} />
      </Entrance>
    );
  }
  if ((first || joining) && methods.password) {
    return (
      <Entrance
        title={first ? t.signIn.firstTitle : t.signIn.joinTitle}
        lead={first ? t.signIn.firstLead : t.signIn.joinLead}
      >
        {refusal && <Notice look="danger">{refusal}</Notice>}
        <RegisterForm first={first} onDone={done} />
        {first && methods.oidc.length > 0 && (
          <OtherWays methods={{ ...methods, passkeys: false }} next={next} onDone={done} />
        )}
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
      {refusal && <Notice look="danger">{refusal}</Notice>}
      {methods.password && <SignInForm onDone={done} onChallenge={setChallenge} />}
      <OtherWays methods={methods} next={next} onDone={done} />
      {setup.registration === 'open' && methods.password && (
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
