import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** The line between one browser and the server: it can break, fall silent, or bring other files. */
export class Line {
  private readonly pairs = new Set<Duplex>();
  private broken = false;
  /** What is added to a file that goes through. */
  readonly added = new Map<string, string>();

  private constructor(
    private readonly target: URL,
    private readonly server: ReturnType<typeof createServer>,
  ) {
    server.on('request', (incoming, outgoing) => this.pass(incoming, outgoing));
    server.on('upgrade', (incoming, socket, head) => this.join(incoming, socket, head));
    server.on('connection', (socket: Socket) => {
      if (this.broken) socket.destroy();
      else this.hold(socket);
    });
  }

  static async to(base: string): Promise<Line> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Line(new URL(base), server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Everything that is open ends at once, as when a server stops. */
  cut(): void {
    for (const socket of this.pairs) socket.destroy();
  }

  /** Nothing gets through until it is mended. */
  break(): void {
    this.broken = true;
    this.cut();
  }

  mend(): void {
    this.broken = false;
  }

  /** What is open stays open, and not one more byte comes. */
  hush(): void {
    for (const socket of this.pairs) {
      socket.unpipe();
      socket.pause();
    }
  }

  end(): void {
    this.cut();
    this.server.close();
  }

  private hold(socket: Duplex): void {
    this.pairs.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.pairs.delete(socket));
  }

  private pass(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { hostname, port } = this.target;
    const { method, url, headers } = incoming;
    const more = this.added.get(url ?? '');
    // All of the file as it stands, to add to it.
    const { 'if-none-match': _etag, 'if-modified-since': _since, ...asked } = headers;
    const plain = more === undefined ? headers : { ...asked, 'accept-encoding': 'identity' };
    const onward = request({ hostname, port, method, path: url, headers: plain }, (answer) => {
      const given = { ...answer.headers };
      if (more !== undefined) delete given['content-length'];
      outgoing.writeHead(answer.statusCode ?? 502, given);
      answer.pipe(outgoing, { end: more === undefined });
      if (more !== undefined) answer.on('end', () => outgoing.end(more));
    });
    onward.on('error', () => outgoing.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
  }

  private join(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const onward = connect(Number(this.target.port), this.target.hostname, () => {
      const lines = [`${incoming.method} ${incoming.url} HTTP/1.1`];
      for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
        lines.push(`${incoming.rawHeaders[i]}: ${incoming.rawHeaders[i + 1]}`);
      }
      onward.write(`${lines.join('\r\n')}\r\n\r\n`);
      onward.write(head);
      onward.pipe(socket);
      socket.pipe(onward);
    });
    this.hold(onward);
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  }
}
