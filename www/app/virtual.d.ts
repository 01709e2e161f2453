// SPDX-License-Identifier: Apache-2.0
// Types of the modules that the build makes up.

declare module 'virtual:demos' {
  /** Every folder of www/demos that has an index.html, sorted by name. */
  export const demos: { name: string; title: string; description: string }[];
}

declare module 'virtual:selfie-model' {
  /** Address of the segmentation model as MediaPipe's tasks-vision takes it. */
  const url: string;
  export default url;
}
