const plural = (n: number, one: string, many: string) => `${n} ${n === 1 ? one : many}`;

/** What is said of assistants: named ways of answering. */
export const enAssistants = {
  title: 'Assistants',
  lead: 'Ways of answering that you give a name: with instructions, a style, a model and files of their own.',
  new: 'New assistant',
  empty: 'No assistants yet',
  emptyHint:
    'Make one for what comes up again and again: letters in your tone, questions about a handbook, a second pair of eyes on code.',
  examples: [
    {
      name: 'Letter writer',
      prompt: 'Write letters and e-mails for the person who asks. Ask for what is missing first.',
      style: 'Short, friendly, no set phrases.',
    },
    {
      name: 'Handbook',
      prompt:
        'Answer only from the files you know, and name the page. Say so when they do not have the answer.',
      style: '',
    },
    {
      name: 'Code reviewer',
      prompt:
        'Look for mistakes in the code you are shown, the worst first. Show how each is put right.',
      style: 'Plain and exact.',
    },
  ],
  readOnly: 'Guests can use assistants, and members can change them.',
  chat: 'Start a chat',
  edit: 'Edit',
  editOne: (name: string) => `Edit ${name}`,
  options: (name: string) => `Options for ${name}`,
  name: 'Name',
  namePlaceholder: 'Recipe keeper',
  prompt: 'Instructions',
  promptHint: 'What it should know and do. Given to the model before each conversation.',
  promptPlaceholder: 'You keep the recipes of a small bakery. Scale amounts when asked…',
  style: 'Style',
  styleHint: 'How its answers sound. It comes on top of the house style.',
  stylePlaceholder: 'Short sentences, metric units.',
  model: 'Model',
  anyModel: 'As in the chat',
  ownModel: 'A model of its own',
  modelHint: 'Without one, the model of the chat answers.',
  knowledge: 'Knowledge',
  knowledgeHint: 'Files that it reads from. Its answers name file and page.',
  files: (n: number) => plural(n, 'file', 'files'),
  addFiles: 'Choose files',
  private: 'Only you',
  privateFiles: (n: number): string =>
    n === 1
      ? 'One of these files can only be opened by you. An assistant answers everyone from what it knows.'
      : `${n} of these files can only be opened by you. An assistant answers everyone from what it knows.`,
  openFiles: (n: number): string =>
    n === 1 ? 'Let everyone in the workspace open it' : 'Let everyone in the workspace open them',
  findFile: 'Find a file',
  noFiles: 'No files yet. Upload one, or attach one to a message.',
  noFile: 'No file is called that.',
  removeFile: (name: string) => `Take out ${name}`,
  goneFile: 'A file that is not here any more',
  create: 'Create assistant',
  created: (name: string) => `${name} is ready`,
  saved: 'Saved',
  deleteTitle: (name: string) => `Delete ${name}?`,
  deleteText: 'Chats that use it go on without it. This cannot be undone.',
  deleted: (name: string) => `${name} was deleted`,
  unsaved: 'Leave without saving?',
  discard: 'Discard changes',
  keep: 'Keep editing',
};
