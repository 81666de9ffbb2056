/** @see text-width.mjs */
export default function textWidth(text: string): number;
