import type { BusinessText } from './en';
import { ptMetrics } from './pt.metrics';
import { ptSources } from './pt.sources';
import { ptWork } from './pt.work';

/** All that is said of business data, in Portuguese. */
export const pt: BusinessText = {
  title: 'Negócio',
  forbidden: 'O seu papel neste espaço não mostra dados do negócio.',
  tabs: {
    metrics: 'Métricas',
    ask: 'Perguntar',
    sources: 'Fontes',
    actions: 'Ações',
    tasks: 'Tarefas',
    workflows: 'Fluxos',
    settings: 'Definições',
    waiting: 'à espera de um sim',
  },
  ...ptMetrics,
  ...ptSources,
  ...ptWork,
};
