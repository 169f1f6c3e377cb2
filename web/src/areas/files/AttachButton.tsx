import { useRef } from 'react';
import { Button } from '@/components/Button';
import { IconButton } from '@/components/IconButton';
import { Menu } from '@/components/Menu';
import { MenuItem } from '@/components/MenuItem';
import { useText } from '@/text';

interface Props {
  onFiles: (files: File[]) => void;
  onClose?: () => void;
  /** Stands as a button with these words. */
  worded?: string;
}

type Way = 'browse' | 'photos' | 'photo';

/** Files from this machine; on a phone from the camera and the album too. */
export function AttachButton({ onFiles, onClose, worded }: Props) {
  const t = useText();
  const input = useRef<HTMLInputElement>(null);
  const choose = (way: Way) => {
    const element = input.current;
    if (!element) return;
    element.accept = way === 'browse' ? '' : way === 'photo' ? 'image/*' : 'image/*,video/*';
    element.multiple = way !== 'photo';
    if (way === 'photo') element.setAttribute('capture', 'environment');
    else element.removeAttribute('capture');
    element.click();
  };
  const touch = matchMedia('(pointer: coarse)').matches;
  const button = (onClick?: () => void) =>
    worded ? (
      <Button look="main" icon="plus" onClick={onClick}>
        {worded}
      </Button>
    ) : (
      <IconButton icon="clip" label={t.files.attach} className="attach" onClick={onClick} />
    );
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t.files.attach}
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = ''; // the same file can be chosen again
          onClose?.();
        }}
      />
      {touch ? (
        <Menu label={t.files.attach} align="start" trigger={button()}>
          {(close) => {
            const item = (way: Way) => () => {
              close();
              choose(way);
            };
            return (
              <>
                <MenuItem icon="camera" onSelect={item('photo')}>
                  {t.files.photo}
                </MenuItem>
                <MenuItem icon="image" onSelect={item('photos')}>
                  {t.files.photos}
                </MenuItem>
                <MenuItem icon="file" onSelect={item('browse')}>
                  {t.files.browse}
                </MenuItem>
              </>
            );
          }}
        </Menu>
      ) : (
        button(() => choose('browse'))
      )}
    </>
  );
}
