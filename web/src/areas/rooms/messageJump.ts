/** Where the list of messages is shown it offers to bring one of them into sight. */
type Jump = (messageId: string) => void;

let jump: Jump | null = null;

export const messageJump = {
  offer(mine: Jump): () => void {
    jump = mine;
    return () => {
      if (jump === mine) jump = null;
    };
  },
  to(messageId: string): void {
    jump?.(messageId);
  },
};
