/** Opens Scalar's reader on its page, with everything off that would ask another host. */

type Scalar = { createApiReference(at: string, options: object): unknown }

function openReader(): void {
  const { Scalar } = globalThis as unknown as { readonly Scalar: Scalar }
  const reader = document.getElementById("reader")
  if (!reader) return
  Scalar.createApiReference("#reader", {
    url: reader.dataset["document"],
    telemetry: false,
    agent: { disabled: true },
    mcp: { disabled: true },
    withDefaultFonts: false,
    hideClientButton: true,
    showDeveloperTools: "never",
    proxyUrl: "",
    externalUrls: { dashboardUrl: "", registryUrl: "", proxyUrl: "", apiBaseUrl: "" },
    documentDownloadType: "json",
    defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  })
}

openReader()
