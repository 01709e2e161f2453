// SPDX-License-Identifier: Apache-2.0
// The stand-in for the background module: no pictures are made in stories.

export const BackgroundProcessor = { create: (): Promise<never> => Promise.reject(new Error('story')) };
