// SPDX-License-Identifier: Apache-2.0
// The least a socket.io relay can do: no rooms, no checks, no limits. What the signalling server is measured against.

import { createServer } from 'node:http';
import { Server } from 'socket.io';

const server = createServer();
const io = new Server(server, { path: '/signalling', serveClient: false });
io.on('connection', (socket) => {
  socket.emit('message', { type: 'joined', participantId: socket.id });
  socket.on('message', ({ to, payload }) => io.to(to).emit('message', { type: 'signal', from: socket.id, payload }));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ msg: 'listening', port: server.address().port })));
