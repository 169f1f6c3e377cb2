import { useState } from 'react';
import { Bones } from '@/components/Bones';
import { Button } from '@/components/Button';
import { LoadError } from '@/components/LoadError';
import { DayRange } from '../audit/DayRange';
import { AdminFrame } from '../frame/AdminFrame';
import { useAdminText } from '../text';
import { lastDays, useCompliance } from './compliance';
import './compliance.css';
import { Report } from './Report';

const DAYS = 90;

/** What an auditor asks for, on one page that can be printed. */
export function CompliancePage() {
  const a = useAdminText();
  const [days, setDays] = useState(() => lastDays(DAYS));
  const [made, setMade] = useState(days);
  return (
    <AdminFrame
      page="compliance"
      lead={a.compliance.lead}
      tools={
        <Button icon="file" onClick={() => print()}>
          {a.compliance.print}
        </Button>
      }
    >
      <form
        className="form-row afilters afilters-days no-print"
        onSubmit={(event) => {
          event.preventDefault();
          setMade(days);
        }}
      >
        <DayRange {...days} onChange={setDays} />
        <Button type="submit" disabled={days.from === made.from && days.to === made.to}>
          {a.compliance.again}
        </Button>
      </form>
      <Body days={made} />
    </AdminFrame>
  );
}

function Body({ days }: { days: { from: string; to: string } }) {
  const report = useCompliance(days);
  if (report.isPending) return <Bones lines={10} height={28} />;
  if (report.error && !report.data) {
    return <LoadError error={report.error} onRetry={() => void report.refetch()} />;
  }
  return <Report report={report.data} />;
}
