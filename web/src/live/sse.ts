/** One event of a server-sent event stream. */
export interface ServerEvent {
  id: string | null;
  event: string;
  data: string;
}

/**
 * Reads server-sent events from text that may be cut anywhere, as the HTML standard defines them:
 * lines end with LF, CR or CRLF, an empty line ends an event, a leading colon is a comment.
 */
export class EventReader {
  private rest = '';
  private skipLineFeed = false;
  private data: string[] = [];
  private name = '';
  private id: string | null = null;

  push(chunk: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    let text = chunk;
    if (this.skipLineFeed && text.length > 0) {
      if (text.startsWith('\n')) text = text.slice(1);
      this.skipLineFeed = false;
    }
    text = this.rest + text;
    let start = 0;
    for (let i = start; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c !== 10 && c !== 13) continue;
      const event = this.line(text.slice(start, i));
      if (event) events.push(event);
      if (c === 13) {
        if (i + 1 === text.length) this.skipLineFeed = true;
        else if (text.charCodeAt(i + 1) === 10) i++;
      }
      start = i + 1;
    }
    this.rest = text.slice(start);
    return events;
  }

  private line(line: string): ServerEvent | null {
    if (line === '') return this.dispatch();
    if (line.startsWith(':')) return null;
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'data') this.data.push(value);
    else if (field === 'event') this.name = value;
    else if (field === 'id') this.id = value;
    return null;
  }

  private dispatch(): ServerEvent | null {
    const { data, name, id } = this;
    this.data = [];
    this.name = '';
    if (data.length === 0) return null;
    return { id, event: name || 'message', data: data.join('\n') };
  }
}
