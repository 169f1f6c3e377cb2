import { Navigate } from '@tanstack/react-router';
import { useMe } from '@/areas/identity/session';
import { AdminFrame } from './frame/AdminFrame';
import { firstPage } from './pages';

/** Administration without a page named: the first that one may see. */
export function AdminIndex() {
  const first = firstPage(useMe());
  if (first) return <Navigate to={first.to} replace />;
  return <AdminFrame page="monitoring">{null}</AdminFrame>;
}
