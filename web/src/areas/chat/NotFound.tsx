import { Link } from '@tanstack/react-router';
import { SidebarButton } from '@/app/SidebarButton';
import { Logo } from '@/components/Logo';
import { useText } from '@/text';

export function NotFound() {
  const t = useText();
  return (
    <div className="page-empty">
      <div className="page-empty-bar">
        <SidebarButton />
      </div>
      <div className="empty">
        <Logo size={36} />
        <h2>{t.common.notFound}</h2>
        <p>{t.common.notFoundHint}</p>
        <Link to="/" className="btn btn-line">
          {t.chat.newChat}
        </Link>
      </div>
    </div>
  );
}
