// SPDX-License-Identifier: Apache-2.0
// Messages between the people who are here now; kept only as long as the call.

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Message, RoomModel } from '../call/room-model.ts';
import { timeOfDay } from '../format.ts';
import { kMaxChatLength, linkParts } from '../text.ts';
import { clearToasts, Icon } from '../ui.tsx';

/** What was typed and not yet sent outlives the panel. */
const drafts = new WeakMap<RoomModel, string>();

export function Chat({ room }: { room: RoomModel }) {
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const problem = useSignal('');
  const sending = useSignal(false);
  const messages = room.messages.value;

  useEffect(() => {
    room.chatOpen = true;
    room.unread.value = 0;
    clearToasts();
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
    return () => { room.chatOpen = false; };
  }, [room]);
  useEffect(() => {
    const element = list.current!;
    element.scrollTop = element.scrollHeight;
  }, [messages.length]);

  const send = async (event?: Event): Promise<void> => {
    event?.preventDefault();
    const text = field.current!.value;
    if (text.trim() === '' || sending.value) return;
    sending.value = true;
    problem.value = '';
    try {
      await room.sendChat(text);
      if (field.current) field.current.value = '';
      drafts.delete(room);
    } catch {
      problem.value = 'Not sent: nobody could be reached. Your text is still here; press Send to try again.';
    } finally {
      sending.value = false;
      field.current?.focus();
    }
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) void send(event);
  };
  return (
    <div class="chat">
      <ol class="messages" ref={list} tabIndex={0} aria-label="Messages">
        {messages.length === 0 && <li class="messages-empty quiet-text">Messages reach everybody who is here now. They are gone when the call ends.</li>}
        {messages.map((message, index) => <Entry key={message.id} message={message} follows={follows(messages[index - 1], message)} />)}
      </ol>
      {problem.value && <p class="field-problem" role="alert">{problem.value}</p>}
      <form class="chat-form" onSubmit={(event) => void send(event)}>
        <textarea ref={field} rows={2} maxLength={kMaxChatLength} aria-label="Message" placeholder="Message everybody" defaultValue={drafts.get(room) ?? ''}
          onKeyDown={onKeyDown} onInput={(event) => drafts.set(room, event.currentTarget.value)} />
        <button type="submit" class="round strong" aria-label="Send" title="Send (Enter)"><Icon name="send" /></button>
      </form>
    </div>
  );
}

/** Messages of one person within two minutes stand together. */
function follows(before: Message | undefined, message: Message): boolean {
  return before !== undefined && before.from === message.from && before.mine === message.mine && message.at - before.at < 120_000;
}

function Entry({ message, follows: together }: { message: Message; follows: boolean }) {
  return (
    <li class={`message ${message.mine ? 'mine' : ''}`}>
      {!together && <p class="message-head"><strong>{message.from}</strong> <time dateTime={new Date(message.at).toISOString()}>{timeOfDay(message.at)}</time></p>}
      <p class="message-text">
        {linkParts(message.text).map((part, index) => (part.kind === 'link'
          ? <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">{part.text}</a> : part.text))}
      </p>
    </li>
  );
}
