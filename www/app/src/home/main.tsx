// SPDX-License-Identifier: Apache-2.0
// Where the page at / starts.

import '../styles/base.css';
import { render } from 'preact';
import { Home } from './Home.tsx';

render(<Home />, document.getElementById('app')!);
