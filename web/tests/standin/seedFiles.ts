import { addMessage, addThread } from './chat.ts';
import { addFile, brief } from './files.ts';
import { hills } from './papers.ts';
import type { Account } from './store.ts';

const LEASE = [
  'This lease is made between Miller & Daughters, the landlord, and Millbrook Bakery, the tenant. The premises are the ground floor and the yard at 4 Mill Lane, with the oven house and its chimney.',
  'The rent is 1,850 euros a month, due on the third working day. It is adjusted once a year by the change of the consumer price index, and never by more than four per cent. Water and heating are billed apart, by the meters in the yard.',
  'The tenant keeps the oven and the chimney in good order and has both inspected every spring. Repairs of the roof and of the outer walls are the landlord’s.',
  'Either party may end this lease with six months’ notice to the end of a quarter. The deposit of three months’ rent is paid back within eight weeks, less what is owed.',
  'The yard may be used for deliveries from five in the morning. On Sundays and holidays nothing is delivered before eight.',
  'Changes to this lease are made in writing. Where a clause does not hold, the others stand.',
];

/** Files in every state, and a conversation that leans on them. */
export function seedFiles(ada: Account): void {
  const words = (text: string) => Buffer.from(text);
  const lease = addFile(
    ada.id,
    'Lease Mill Lane 2024.pdf',
    'application/pdf',
    Buffer.alloc(412_880),
    { metadata: { title: 'Lease agreement', author: 'Miller & Daughters', pages: 6 } },
    LEASE.map((text, i) => ({ page: i + 1, text: `${text} `.repeat(3).trim() })),
  );
  const photos = [
    ['Sunrise over the mill.png', 960, 640, 20],
    ['Oven house.png', 640, 900, 190],
    ['Market stall.png', 900, 600, 120],
    ['Yard.png', 700, 700, 260],
    ['Chimney.png', 600, 800, 330],
  ].map(([name, w, h, hue]) =>
    addFile(ada.id, String(name), 'image/png', hills(Number(w), Number(h), Number(hue)), {
      metadata: {
        taken_at: '2026-05-14T05:42:00Z',
        camera: 'Fairphone 5',
        latitude: 50.0875,
        longitude: 14.4213,
      },
    }),
  );
  addFile(ada.id, 'orders-october.csv', 'text/csv', words('day,loaves\n1,80\n2,92\n'), {}, [
    { page: 1, text: 'day,loaves,revenue\n1,80,312.00\n2,92,358.80\n3,75,292.50\n4,110,429.00' },
  ]);
  addFile(
    ada.id,
    'Supplier contract with a name that goes on and on, final, signed.docx',
    'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    Buffer.alloc(88_000),
    { warnings: ['macros'], visibility: 'workspace' },
    [{ page: 1, text: 'Flour, 25 kg sacks.' }],
  );
  addFile(
    ada.id,
    'Spring market.pptx',
    'application/vnd.openxmlformats-officedocument.presentationml.presentation',
    Buffer.alloc(2_300_000),
    {},
    [
      { page: 1, text: 'Spring market' },
      { page: 2, text: 'What we bring' },
    ],
  );
  addFile(ada.id, 'main.rs', 'text/plain', words('fn main() {}'), {}, [
    {
      page: 1,
      text: 'fn main() {\n    let loaves = ["rye", "brioche"];\n    println!("{loaves:?}");\n}',
    },
  ]);
  addFile(ada.id, 'dough-song.mp3', 'audio/mpeg', Buffer.alloc(3_100_000), {
    metadata: { duration_ms: 194_000 },
  });
  addFile(ada.id, 'recipes.zip', 'application/zip', Buffer.alloc(760_000));
  addFile(ada.id, 'invoice.pdf.exe', 'application/x-msdownload', Buffer.alloc(4_000), {
    status: 'rejected',
    reason: 'It is a program, though its name says otherwise.',
    url: null,
  });

  const author = { id: ada.id, full_name: ada.full_name, avatar_color: ada.avatar_color };
  const attached = (list: { id: string }[]) => list.flatMap((f) => brief(f.id) ?? []);
  const t = addThread({ title: 'What the lease says', owner_id: ada.id });
  const q = addMessage(t, {
    author,
    content: 'What is the rent, and who looks after the chimney?',
    attachments: attached([lease]),
  });
  const a = addMessage(t, {
    parent_id: q.id,
    role: 'assistant',
    content:
      'The rent is **1,850 euros a month**, due on the third working day [1]. It follows the consumer price index once a year, by at most four per cent [1].\n\n- The **oven and chimney** are yours to keep in order, with an inspection every spring [2].\n- The **roof and outer walls** are the landlord’s [2].\n\nEither side can end the lease with six months’ notice [3]. In code that is `notice[1] = 6`.',
    model: 'openai/gpt-5-mini',
    provider: 'openai',
    metadata: {
      sources: [
        [
          1,
          2,
          'The rent is 1,850 euros a month, due on the third working day. It is adjusted once a year by the change of the consumer price index, and never by more than four per cent.',
        ],
        [
          2,
          3,
          'The tenant keeps the oven and the chimney in good order and has both inspected every spring.',
        ],
        [3, 6, 'Changes to this lease are made in writing.'],
      ].map(([n, page, snippet]) => ({
        n,
        kind: 'file',
        file_id: lease.id,
        name: lease.name,
        page,
        snippet,
      })),
    },
  });
  const q2 = addMessage(t, {
    parent_id: a.id,
    author,
    content: 'And here is how it looks today.',
    attachments: attached(photos.slice(0, 1)),
  });
  const a2 = addMessage(t, {
    parent_id: q2.id,
    role: 'assistant',
    content: 'A fine morning. The chimney stands straight.',
    model: 'openai/gpt-5-mini',
    provider: 'openai',
  });
  addMessage(t, { parent_id: a2.id, author, content: '', attachments: attached(photos) });
}
