"use client";
import * as Radix from "@radix-ui/react-toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useState,
} from "react";
import { IconButton } from "./button.tsx";

export type Toast = {
  /** What happened, in a few words. */
  readonly title: string;
  /** What can be done next. */
  readonly detail?: string;
  readonly tone?: "done" | "trouble";
  /** Where to look at it. */
  readonly link?: { readonly href: string; readonly word: string };
};

type Shown = Toast & { readonly id: number };
type Say = (toast: Toast) => void;

const SayContext = createContext<Say | null>(null);
const DURATION_MS = 8000;

/** Says what just happened. @throws Error outside a `ToastProvider`: nobody would hear it. */
export function useToast(): Say {
  const say = useContext(SayContext);
  if (say === null) throw new Error("useToast needs a ToastProvider above it");
  return say;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [toasts, setToasts] = useState<readonly Shown[]>([]);
  // The viewport sets inline styles, which a page rendered on the server may not carry under our CSP.
  const [mounted, setMounted] = useState(false);
  useEffect(() => setMounted(true), []);
  const say = useCallback<Say>((toast) => {
    setToasts((shown) => [...shown.slice(-2), { ...toast, id: (shown.at(-1)?.id ?? 0) + 1 }]);
  }, []);
  const forget = useCallback((id: number) => {
    setToasts((shown) => shown.filter((it) => it.id !== id));
  }, []);
  const layer = useMemo(
    () =>
      mounted && (
        <Radix.Provider duration={DURATION_MS} label="Notice">
          {toasts.map((toast) => (
            <ToastCard key={toast.id} toast={toast} onGone={() => forget(toast.id)} />
          ))}
          <Radix.Viewport className="fixed bottom-4 right-4 z-60 flex w-[min(24rem,calc(100vw-2rem))] flex-col gap-2 outline-none" />
        </Radix.Provider>
      ),
    [mounted, toasts, forget],
  );
  return (
    <SayContext.Provider value={say}>
      {children}
      {layer}
    </SayContext.Provider>
  );
}

function ToastCard({ toast, onGone }: { toast: Toast; onGone: () => void }) {
  const trouble = toast.tone === "trouble";
  const Icon = trouble ? CircleAlert : CircleCheck;
  return (
    <Radix.Root
      type={trouble ? "foreground" : "background"}
      onOpenChange={(open) => {
        if (!open) onGone();
      }}
      className="flex items-start gap-3 rounded-md border border-line bg-sheet p-3 shadow-raised animate-rise"
    >
      <Icon
        aria-hidden="true"
        className={`mt-0.5 size-5 flex-none ${trouble ? "text-amber" : "text-verdigris"}`}
      />
      <div className="min-w-0 flex-1">
        <Radix.Title className="font-medium">{toast.title}</Radix.Title>
        {toast.detail !== undefined && (
          <Radix.Description className="text-sm text-quiet">{toast.detail}</Radix.Description>
        )}
        {toast.link !== undefined && (
          <Radix.Action asChild altText={`${toast.link.word}: ${toast.link.href}`}>
            <a
              href={toast.link.href}
              className="text-sm text-blue underline decoration-edge underline-offset-[0.2em]"
            >
              {toast.link.word}
            </a>
          </Radix.Action>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton label="Dismiss" className="size-7 touch:size-11">
          <X aria-hidden="true" className="size-4" />
        </IconButton>
      </Radix.Close>
    </Radix.Root>
  );
}
