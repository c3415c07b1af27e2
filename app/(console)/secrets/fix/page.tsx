import type { Metadata } from "next";
import { FixPage } from "./fix-page.tsx";

export const metadata: Metadata = { title: "Fix metadata" };

export default function Page() {
  return <FixPage />;
}
