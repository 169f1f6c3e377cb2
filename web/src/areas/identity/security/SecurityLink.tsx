import { Link } from '@tanstack/react-router';
import { PageSection } from '@/app/PageSection';
import { useSignInWords } from '../words';

/** The way from the settings to those of security. */
export function SecurityLink() {
  const w = useSignInWords();
  return (
    <PageSection
      title={w.security}
      hint={w.securityHint}
      action={
        <Link to="/settings/security" className="btn btn-line btn-small">
          {w.securityOpen}
        </Link>
      }
    >
      {null}
    </PageSection>
  );
}
