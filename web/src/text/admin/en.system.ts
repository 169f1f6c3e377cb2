const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** Parts of the house by the server's names. */
const PARTS: Record<string, string> = {
  store: 'Database',
  database: 'Database',
  objects: 'Files',
  bus: 'Events between nodes',
  queue: 'Jobs',
  jobs: 'Jobs',
  vectors: 'Search by meaning',
  keywords: 'Search by words',
  search: 'Search',
  mail: 'Mail',
  scanner: 'Virus scanner',
  live: 'Live connections',
  providers: 'Providers',
  models: 'Models',
  backup: 'Backups',
  redis: 'Redis',
  disk: 'Disk',
  builtin: 'Built-in model',
};

/** Back ends by the server's names, as their makers write them. */
const KINDS: Record<string, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  s3: 'S3',
  disk: 'Disk',
  memory: 'In memory',
  nats: 'NATS',
  redis: 'Redis',
  database: 'The database',
  smtp: 'SMTP',
  none: 'None',
  log: 'Log only',
  clamav: 'ClamAV',
};

/** What is said of the installation: its parts, jobs, backups. */
export const enSystem = {
  parts: PARTS,
  kinds: KINDS,
  system: {
    waiting: 'What the installation stands on.',
    lead: (version: string, node: string, ago: string) =>
      `Tributary ${version} on ${node}, started ${ago}.`,
    again: 'Look again',
    doctor: 'Doctor',
    doctorHint: 'The same checks as “tributary doctor”.',
    states: { ok: 'Well', warn: 'Look at it', fail: 'Mend it' },
    allWell: (n: number) => `${plural(n, 'check', 'checks')}, all well`,
    well: (n: number) => `${plural(n, 'check is', 'checks are')} well`,
    backEnds: 'Back ends',
    schema: (version: string) => `schema ${version}`,
    files: (n: string) => `${n} files`,
    nodes: 'Nodes',
    up: (when: string) => `up since ${when}`,
  },
  jobs: {
    lead: 'Work that goes on behind the page. What was given up waits here for somebody to look at it.',
    kind: 'Kind',
    show: 'Show',
    states: { failed: 'Given up', waiting: 'Waiting' },
    none: { failed: 'Nothing was given up', waiting: 'Nothing waits' },
    noneHint: {
      failed: 'Work that fails again and again stands here, with the reason.',
      waiting: 'All work is done as it comes.',
    },
    attempts: (n: number) => plural(n, 'attempt', 'attempts'),
    due: (when: string) => `due ${when}`,
    retry: 'Try again',
    retried: 'It is tried again',
    dropTitle: (kind: string) => `Delete ${kind}?`,
    dropText: 'What it was to do is then not done.',
  },
  backups: {
    lead: 'Copies of the database and the files, encrypted. A copy counts once it was read again.',
    now: 'Back up now',
    begun: 'The backup has begun',
    all: 'All backups',
    none: 'There is no backup yet',
    noneHint:
      'Make one now, and set a time for it in the configuration, so that there is always a recent one.',
    objects: (n: string) => `${n} files`,
    took: (duration: string) => `took ${duration}`,
    verified: 'Read again and whole',
    states: { running: 'Running', done: 'Done, not read again', failed: 'Failed' },
  },
};
