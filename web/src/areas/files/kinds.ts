export type Kind =
  | 'image'
  | 'pdf'
  | 'document'
  | 'sheet'
  | 'slides'
  | 'text'
  | 'code'
  | 'audio'
  | 'video'
  | 'archive'
  | 'other';

/** The kinds that the list of files can be narrowed to. */
export const FILTERS = [
  'image',
  'pdf',
  'document',
  'sheet',
  'slides',
  'text',
  'code',
  'audio',
  'video',
  'other',
] as const satisfies readonly Kind[];
export type Filter = (typeof FILTERS)[number];

const BY_TYPE: [RegExp, Kind][] = [
  [/^image\//, 'image'],
  [/^audio\//, 'audio'],
  [/^video\//, 'video'],
  [/^application\/pdf$/, 'pdf'],
  [/spreadsheet|ms-excel|^text\/(csv|tab-separated-values)$/, 'sheet'],
  [/presentation|ms-powerpoint/, 'slides'],
  [/wordprocessing|msword|opendocument\.text|rtf|epub|^message\/rfc822$/, 'document'],
  [/zip|x-tar|gzip|x-7z|x-rar|x-bzip|zstd/, 'archive'],
  [
    /json|xml|yaml|toml|javascript|typescript|x-(python|rust|c|c\+\+|java|go|ruby|sh|shellscript|sql)\b|^text\/(html|css|x-)/,
    'code',
  ],
  [/^text\//, 'text'],
];

const BY_ENDING: [RegExp, Kind][] = [
  [
    /^(rs|ts|tsx|js|jsx|mjs|py|go|java|kt|c|h|cpp|hpp|cs|rb|php|swift|sh|sql|html?|css|scss|json|ya?ml|toml|xml|lua|vue)$/,
    'code',
  ],
  [/^(csv|tsv|xlsx?|ods)$/, 'sheet'],
  [/^(docx?|odt|rtf|eml|epub)$/, 'document'],
  [/^(pptx?|odp)$/, 'slides'],
  [/^pdf$/, 'pdf'],
  [/^(png|jpe?g|webp|gif|avif|heic|svg|bmp|tiff?)$/, 'image'],
  [/^(zip|tar|gz|tgz|7z|rar|xz|bz2|zst)$/, 'archive'],
  [/^(txt|md|markdown|log)$/, 'text'],
];

export function endingOf(name: string): string {
  const dot = name.lastIndexOf('.');
  const ending = dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
  return /^[a-z0-9]{1,8}$/.test(ending) ? ending : '';
}

/** What a file is to a person. What its content says counts; a plain type leaves it to the name. */
export function kindOf(type: string, name = ''): Kind {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const said = BY_TYPE.find(([pattern]) => pattern.test(plain))?.[1];
  if (said && said !== 'text') return said;
  const ending = endingOf(name);
  if (said === 'text' || plain === '' || plain === 'application/octet-stream') {
    const named = BY_ENDING.find(([pattern]) => pattern.test(ending))?.[1];
    const words = named === 'code' || named === 'text' || named === 'sheet';
    if (named && (said === undefined || words)) return named;
  }
  return said ?? 'other';
}

const LABELS: Record<Kind, string> = {
  image: 'IMG',
  pdf: 'PDF',
  document: 'DOC',
  sheet: 'XLS',
  slides: 'PPT',
  text: 'TXT',
  code: '</>',
  audio: '♪',
  video: '▶',
  archive: 'ZIP',
  other: '',
};

/** A few letters for the face of a file. */
export function labelOf(kind: Kind, name: string): string {
  const ending = endingOf(name);
  if (kind === 'audio' || kind === 'video') return LABELS[kind];
  return ending && ending.length <= 4 ? ending.toUpperCase() : LABELS[kind];
}
