import { describe, expect, it } from 'vitest';
import { kindOf, labelOf } from '../../../src/areas/files/kinds';

describe('kindOf', () => {
  it.each([
    ['image/jpeg', 'a.jpg', 'image'],
    ['application/pdf', 'a.PDF', 'pdf'],
    [
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      'a.docx',
      'document',
    ],
    ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'a.xlsx', 'sheet'],
    ['application/vnd.oasis.opendocument.presentation', 'a.odp', 'slides'],
    ['text/csv', 'a.csv', 'sheet'],
    ['text/plain', 'main.rs', 'code'],
    ['text/plain; charset=utf-8', 'notes.txt', 'text'],
    ['text/markdown', 'a.md', 'text'],
    ['application/json', 'a.json', 'code'],
    ['text/html', 'a.html', 'code'],
    ['message/rfc822', 'a.eml', 'document'],
    ['audio/mpeg', 'a.mp3', 'audio'],
    ['video/mp4', 'a.mp4', 'video'],
    ['application/zip', 'a.zip', 'archive'],
    ['', 'photo.heic', 'image'],
    ['application/octet-stream', 'a.bin', 'other'],
    ['application/octet-stream', 'a.pdf', 'pdf'],
  ])('%s %s is %s', (type, name, kind) => expect(kindOf(type, name)).toBe(kind));

  it('believes the content, not the name', () => {
    expect(kindOf('application/pdf', 'holiday.jpg')).toBe('pdf');
    expect(kindOf('text/plain', 'a.pdf')).toBe('text');
  });

  it('has a short label for each', () => {
    expect(labelOf('pdf', 'a.pdf')).toBe('PDF');
    expect(labelOf('document', 'no ending')).toBe('DOC');
    expect(labelOf('audio', 'a.flac')).toBe('♪');
    expect(labelOf('other', 'a.<svg>')).toBe('');
  });
});
