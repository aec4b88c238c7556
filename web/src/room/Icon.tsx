// One small drawing by name, always beside words that say the same. Declines to be a label itself.
import icons from "../icons.json";
import { drawings } from "../trusted";

const MORE = {
  // A singing bowl and what it is struck with.
  bell: '<path d="M4 11h16a8 7.500 0 0 1-5 7v2H9v-2a8 7.500 0 0 1-5-7ZM14 7.500l4.500-4"/>',
  // A voice that comes through.
  wave: '<path d="M4 10v4M8 7v10M12 4v16M16 7v10M20 10v4"/>',
  away: '<path d="M4 9.500a12 12 0 0 1 4.500-2.700M20 9.500a12 12 0 0 0-6.500-3.100M7.400 13.200a7 7 0 0 1 2.600-1.600M16.600 13.200a7 7 0 0 0-1.500-1.100M12 17.500v.1M5 4l14 16"/>',
};
const ALL = drawings({ ...icons, ...MORE });

export type IconName = Exclude<keyof typeof ALL, "petal">;

export function Icon({ name }: { name: IconName }) {
  // The drawings are our own constants; nothing anybody typed comes through here.
  return <svg class="i" viewBox="0 0 24 24" aria-hidden="true" dangerouslySetInnerHTML={{ __html: ALL[name] }} />;
}
