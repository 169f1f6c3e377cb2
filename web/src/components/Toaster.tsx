import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Button } from './Button';
import { toasts } from './toasts';

export function Toaster() {
  const list = useSyncExternalStore(toasts.subscribe, toasts.read);
  const ref = useRef<HTMLDivElement>(null);

  // In the top layer, so that a toast is above an open dialog too.
  useEffect(() => {
    const element = ref.current;
    if (!element?.showPopover) return;
    if (list.length > 0) {
      if (element.matches(':popover-open')) element.hidePopover();
      element.showPopover();
    } else if (element.matches(':popover-open')) element.hidePopover();
  }, [list]);

  return (
    <div ref={ref} className="toasts" role="status" aria-live="polite" popover="manual">
      {list.map((item) => (
        <div key={item.id} className="toast">
          {item.text}
          {item.action ? (
            <Button
              look="quiet"
              small
              onClick={() => {
                item.action?.run();
                toasts.dismiss(item.id);
              }}
            >
              {item.action.label}
            </Button>
          ) : (
            <span style={{ width: 8 }} />
          )}
        </div>
      ))}
    </div>
  );
}
