import { enMetrics } from './en.metrics';
import { enSources } from './en.sources';
import { enWork } from './en.work';

/** All that is said of business data, in English. */
export const en = {
  title: 'Business',
  forbidden: 'Your role in this workspace does not show business data.',
  tabs: {
    metrics: 'Metrics',
    ask: 'Ask',
    sources: 'Sources',
    actions: 'Actions',
    tasks: 'Tasks',
    workflows: 'Workflows',
    settings: 'Settings',
    waiting: 'waiting for a yes',
  },
  ...enMetrics,
  ...enSources,
  ...enWork,
};

export type BusinessText = typeof en;
