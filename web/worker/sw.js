// Keeps the page's own files, so that it opens without a network. Never the API: what is kept of that is kept by the
// page itself. The build writes the list of files into this one.
const FILES = self.__FILES__;
const VERSION = self.__VERSION__;

const PREFIX = 'tributary-';
const NAME = PREFIX + VERSION;
const SHELL = '/index.html';
/** What is kept is the same for every way of asking. */
const ANY = { ignoreVary: true };
/** Addresses that are not the page's. */
const OTHERS = /^\/(api|v1)\/|^\/(healthz|readyz|metrics)$/;

self.addEventListener('install', (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(NAME);
      const before = (await caches.keys()).filter((n) => n.startsWith(PREFIX) && n !== NAME);
      await Promise.all(
        FILES.map(async (path) => {
          // A hash in the name says that it is the same file as before.
          if (path.startsWith('/assets/')) {
            for (const name of before) {
              const same = await (await caches.open(name)).match(path, ANY);
              if (same) return cache.put(path, same);
            }
          }
          const response = await fetch(path === SHELL ? '/' : path, { cache: 'no-cache' });
          if (!response.ok) throw new Error(`${path}: ${response.status}`);
          await cache.put(path, response);
        }),
      );
    })(),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    (async () => {
      // The files of the version before stay: a tab may still run on them.
      const names = (await caches.keys()).filter((n) => n.startsWith(PREFIX) && n !== NAME);
      const old = names.slice(0, -1);
      await Promise.all(old.map((name) => caches.delete(name)));
      await self.clients.claim();
    })(),
  );
});

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
});

async function shell(request) {
  const kept = await (await caches.open(NAME)).match(SHELL, ANY);
  return kept ?? fetch(request);
}

async function file(request) {
  const kept =
    (await (await caches.open(NAME)).match(request, ANY)) ?? (await caches.match(request, ANY));
  return kept ?? fetch(request);
}

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (OTHERS.test(url.pathname)) return;
  if (request.mode === 'navigate') event.respondWith(shell(request));
  else if (url.pathname.startsWith('/assets/') || FILES.includes(url.pathname)) {
    event.respondWith(file(request));
  }
});
