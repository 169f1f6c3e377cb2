import type { enAssistants } from './en.assistants';

const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** O que se diz dos assistentes. */
export const ptAssistants: typeof enAssistants = {
  title: 'Assistentes',
  lead: 'Maneiras de responder a que dá um nome: com instruções, estilo, modelo e ficheiros próprios.',
  new: 'Novo assistente',
  empty: 'Ainda não há assistentes',
  emptyHint:
    'Faça um para o que volta sempre: cartas no seu tom, perguntas sobre um manual, outro par de olhos para o código.',
  examples: [
    {
      name: 'Redator de cartas',
      prompt: 'Escreve cartas e e-mails para quem pede. Pergunta primeiro pelo que faltar.',
      style: 'Breve, simpático, sem frases feitas.',
    },
    {
      name: 'Manual',
      prompt:
        'Responde só a partir dos ficheiros que conheces e indica a página. Diz quando não têm a resposta.',
      style: '',
    },
    {
      name: 'Revisor de código',
      prompt:
        'Procura erros no código que te mostram, primeiro os piores. Mostra como se corrige cada um.',
      style: 'Simples e exato.',
    },
  ],
  readOnly: 'Os convidados podem usar os assistentes, e os membros podem mudá-los.',
  chat: 'Começar uma conversa',
  edit: 'Editar',
  editOne: (name) => `Editar ${name}`,
  options: (name) => `Opções de ${name}`,
  name: 'Nome',
  namePlaceholder: 'Guardião das receitas',
  prompt: 'Instruções',
  promptHint: 'O que deve saber e fazer. Dadas ao modelo antes de cada conversa.',
  promptPlaceholder: 'Guardas as receitas de uma pequena padaria. Ajusta as quantidades…',
  style: 'Estilo',
  styleHint: 'Como soam as respostas. Vem por cima do estilo da casa.',
  stylePlaceholder: 'Frases curtas, unidades métricas.',
  model: 'Modelo',
  anyModel: 'O da conversa',
  ownModel: 'Um modelo próprio',
  modelHint: 'Sem um, responde o modelo da conversa.',
  knowledge: 'Conhecimento',
  knowledgeHint: 'Ficheiros que lê. As respostas indicam ficheiro e página.',
  files: (n) => plural(n, 'ficheiro', 'ficheiros'),
  addFiles: 'Escolher ficheiros',
  private: 'Só você',
  privateFiles: (n) =>
    n === 1
      ? 'Um destes ficheiros só você o pode abrir. Um assistente responde a todos a partir do que sabe.'
      : `${n} destes ficheiros só você os pode abrir. Um assistente responde a todos a partir do que sabe.`,
  openFiles: (n) =>
    n === 1 ? 'Deixar todos no espaço abri-lo' : 'Deixar todos no espaço abri-los',
  findFile: 'Procurar um ficheiro',
  noFiles: 'Ainda não há ficheiros. Carregue um, ou junte um a uma mensagem.',
  noFile: 'Nenhum ficheiro se chama assim.',
  removeFile: (name) => `Retirar ${name}`,
  goneFile: 'Um ficheiro que já não está aqui',
  create: 'Criar assistente',
  created: (name) => `${name} está pronto`,
  saved: 'Guardado',
  deleteTitle: (name) => `Eliminar ${name}?`,
  deleteText: 'As conversas que o usam continuam sem ele. Não se pode anular.',
  deleted: (name) => `${name} foi eliminado`,
  unsaved: 'Sair sem guardar?',
  discard: 'Deitar fora as mudanças',
  keep: 'Continuar a editar',
};
