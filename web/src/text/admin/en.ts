import { enPeople } from './en.people';
import { enRecord } from './en.record';
import { enSystem } from './en.system';
import { enWatch } from './en.watch';

/** All that the administrators' pages say, in English. */
export const en = {
  title: 'Administration',
  forbidden: 'Your role does not show this page.',
  groups: { watch: 'Watch', who: 'Who', record: 'Record', house: 'Installation' },
  pages: {
    monitoring: 'Monitoring',
    alerts: 'Alerts',
    budgets: 'Budgets',
    people: 'People',
    workspaces: 'Workspaces',
    audit: 'Audit trail',
    access: 'Access log',
    compliance: 'Compliance report',
    system: 'System',
    jobs: 'Jobs',
    backups: 'Backups',
  },
  open: 'open',
  more: 'Show more',
  when: 'When',
  from: 'From',
  to: 'To',
  typeAgain: (words: string) => `Type “${words}” to go on`,
  ...enWatch,
  ...enPeople,
  ...enRecord,
  ...enSystem,
};

export type AdminText = typeof en;
