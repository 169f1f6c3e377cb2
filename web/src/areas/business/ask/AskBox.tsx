import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '@/components/Icon';
import { IconButton } from '@/components/IconButton';
import { useBusinessText } from '../text';
import './ask.css';
import { ask } from './asking';

/** A question, in one's own words. */
export function AskBox({ follow, focus }: { follow?: boolean; focus?: boolean }) {
  const b = useBusinessText();
  const navigate = useNavigate();
  const [question, setQuestion] = useState('');
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (focus && matchMedia('(pointer: fine)').matches) input.current?.focus();
  }, [focus]);
  return (
    <form
      className="baskbox"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        if (!question.trim()) return;
        ask(question);
        setQuestion('');
        void navigate({ to: '/business/ask' });
      }}
    >
      <Icon name="spark" size={19} />
      <input
        ref={input}
        aria-label={b.ask.label}
        placeholder={follow ? b.ask.follow : b.ask.placeholder}
        maxLength={2000}
        enterKeyHint="send"
        value={question}
        onChange={(e) => setQuestion(e.target.value)}
      />
      <IconButton
        type="submit"
        icon="arrowUp"
        label={b.ask.send}
        className="baskbox-send"
        disabled={!question.trim()}
      />
    </form>
  );
}
