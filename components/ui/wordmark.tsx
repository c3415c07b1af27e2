/** The name of the house, with the signature that it stands for. */
export function Wordmark({ className = "" }: { className?: string }) {
  return (
    <span
      className={`inline-flex items-center gap-2 font-[650] tracking-[-0.012em] text-ink ${className}`}
    >
      <svg viewBox="0 0 32 32" className="size-6 flex-none" aria-hidden="true">
        <rect width="32" height="32" rx="7" className="fill-blue" />
        <g className="fill-none stroke-on-blue" strokeWidth="2" strokeLinecap="round">
          <path d="M7 23h18" />
          <path d="M9 18c3-8 6-9 6-5s-3 5-1 5 3-5 5-5 0 4 4 3" strokeLinejoin="round" />
        </g>
      </svg>
      Countersign
    </span>
  );
}
