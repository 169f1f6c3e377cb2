import { toast } from '@/components/toasts';
import { currentText } from '@/text';

/** How often a page that stays open looks for a newer one. */
const LOOK_MS = 60 * 60_000;
const STAYS_MS = 24 * 60 * 60_000;

let offered: ServiceWorker | null = null;
let taken = false;

/** A newer page is here, and waits until the reader wants it. */
function offer(worker: ServiceWorker): void {
  if (offered === worker) return;
  offered = worker;
  const t = currentText();
  toast(
    t.live.newVersion,
    {
      label: t.live.reload,
      run: () => {
        taken = true;
        worker.postMessage('take over');
      },
    },
    STAYS_MS,
  );
}

function watch(registration: ServiceWorkerRegistration): void {
  if (registration.waiting && navigator.serviceWorker.controller) offer(registration.waiting);
  registration.addEventListener('updatefound', () => {
    const worker = registration.installing;
    worker?.addEventListener('statechange', () => {
      // Without one that was here before, this is the first visit and nothing changes.
      if (worker.state === 'installed' && navigator.serviceWorker.controller) offer(worker);
    });
  });
  setInterval(() => void registration.update().catch(() => undefined), LOOK_MS);
}

/** Keeps the page itself in this browser, so that it opens without a network. */
export function watchVersion(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.addEventListener('controllerchange', () => {
    // Only the tab that asked for it begins anew; the others go on with what they have.
    if (taken) location.reload();
  });
  addEventListener('load', () => {
    navigator.serviceWorker
      .register('/sw.js')
      .then(watch)
      .catch(() => undefined);
  });
}
