// SPDX-License-Identifier: Apache-2.0
// An empty room: how to bring the others in.

import { useEffect, useState } from 'preact/hooks';
import { CopyButton } from '../ui.tsx';

export function Invite({ link }: { link: string }) {
  return (
    <section class="invite card" aria-labelledby="invite">
      <div>
        <h2 id="invite">You are the first one here</h2>
        <p class="quiet-text">Send this link. Whoever opens it is in.</p>
        <InviteLink link={link} />
      </div>
      <Code link={link} />
    </section>
  );
}

export function InviteLink({ link }: { link: string }) {
  return (
    <div class="invite-row">
      <input type="text" readOnly value={link} aria-label="Link to this room" onFocus={(event) => event.currentTarget.select()} />
      <CopyButton text={link} label="Copy link" class="button strong" />
    </div>
  );
}

/** The link as a QR code, drawn as one path. Its encoder loads only here. */
function Code({ link }: { link: string }) {
  const [code, setCode] = useState<{ size: number; path: string } | null>(null);
  useEffect(() => {
    let shown = true;
    void import('uqr').then(({ encode }) => {
      const { data, size } = encode(link, { ecc: 'M', border: 2 });
      const path = data.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : '')).join('')).join('');
      if (shown) setCode({ size, path });
    });
    return () => { shown = false; };
  }, [link]);
  return (
    <figure class="code">
      {code && (
        <svg viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label="QR code of the link" shape-rendering="crispEdges">
          <rect width={code.size} height={code.size} fill="#fff" /><path d={code.path} fill="#10201d" />
        </svg>
      )}
      <figcaption class="small quiet-text">Or scan with a phone</figcaption>
    </figure>
  );
}
