// SPDX-License-Identifier: Apache-2.0
// Lists every demo that the build found, with the title and the description of its own page.

import { demos } from 'virtual:demos';

const list = document.querySelector('#demos')!;
for (const { name, title, description } of demos) {
  const link = document.createElement('a');
  link.href = `/demos/${name}/`;
  const strong = document.createElement('strong');
  strong.textContent = title;
  const span = document.createElement('span');
  span.textContent = description;
  link.append(strong, span);
  const item = document.createElement('li');
  item.append(link);
  list.append(item);
}
