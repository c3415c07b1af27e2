import type { Metadata } from "next";
import { NewRequestPage } from "./new-request-page.tsx";

export const metadata: Metadata = { title: "Ask to use a secret" };

export default function Page() {
  return <NewRequestPage />;
}
