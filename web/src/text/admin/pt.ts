import type { AdminText } from './en';
import { ptPeople } from './pt.people';
import { ptRecord } from './pt.record';
import { ptSystem } from './pt.system';
import { ptWatch } from './pt.watch';

/** O mesmo em português. */
export const pt: AdminText = {
  title: 'Administração',
  forbidden: 'A sua função não mostra esta página.',
  groups: { watch: 'Vigiar', who: 'Quem', record: 'Registos', house: 'Instalação' },
  pages: {
    monitoring: 'Monitorização',
    alerts: 'Alertas',
    budgets: 'Orçamentos',
    people: 'Pessoas',
    workspaces: 'Espaços de trabalho',
    audit: 'Registo de auditoria',
    access: 'Registo de acessos',
    compliance: 'Relatório de conformidade',
    system: 'Sistema',
    jobs: 'Tarefas internas',
    backups: 'Cópias de segurança',
  },
  open: 'abertos',
  more: 'Mostrar mais',
  when: 'Quando',
  from: 'De',
  to: 'Até',
  typeAgain: (words) => `Escreva “${words}” para continuar`,
  ...ptWatch,
  ...ptPeople,
  ...ptRecord,
  ...ptSystem,
};
