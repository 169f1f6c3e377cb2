import '@fontsource-variable/instrument-sans/wght.css';
import '@fontsource-variable/literata/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './styles/index.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from '@/api/queryClient';
import { router } from '@/app/router';
import { watchSession } from '@/areas/identity/session';
import { Toaster } from '@/components/Toaster';
import { watchVersion } from '@/live/version';
import { setLanguage } from '@/text';

watchSession();
watchVersion();
void setLanguage(null);

const place = document.getElementById('root');
if (place) {
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toaster />
      </QueryClientProvider>
    </StrictMode>,
  );
}
