/** The words of the page of a merchant's look. */
import type { Words } from "../words.ts"

export const LOOK = {
  displayName: {
    es: "Nombre que ve quien paga",
    pt: "Nome que vê quem paga",
    en: "Name that payers see",
  },
  displayHint: {
    es: "Vacío: el nombre del comercio.",
    pt: "Vazio: o nome do comerciante.",
    en: "Empty: the merchant's name.",
  },
  support: { es: "A quién preguntar", pt: "A quem perguntar", en: "Whom to ask" },
  supportHint: {
    es: "Un teléfono, un correo o un enlace, como texto.",
    pt: "Um telefone, um e-mail ou um link, como texto.",
    en: "A phone, an e-mail or a link, as text.",
  },
  textWrong: {
    es: "De 1 a {most} caracteres, con una letra o cifra, sin caracteres de control.",
    pt: "De 1 a {most} caracteres, com uma letra ou dígito, sem caracteres de controle.",
    en: "1 to {most} characters, a letter or digit among them, and none that controls.",
  },
  colour: {
    es: "Color de botones y enlaces",
    pt: "Cor de botões e links",
    en: "Colour of buttons and links",
  },
  colourHint: {
    es: "Como #1d4ed8. Vacío: el de la pasarela.",
    pt: "Como #1d4ed8. Vazio: a do gateway.",
    en: "Such as #1d4ed8. Empty: the gateway's own.",
  },
  colourWrong: {
    es: "Escriba # y seis cifras de 0 a f.",
    pt: "Escreva # e seis dígitos de 0 a f.",
    en: "Write # and six digits from 0 to f.",
  },
  language: {
    es: "Idioma cuando el navegador no pide ninguno",
    pt: "Idioma quando o navegador não pede nenhum",
    en: "Language where the browser asks for none",
  },
  noLanguage: {
    es: "El de la pasarela (español)",
    pt: "O do gateway (espanhol)",
    en: "The gateway's (Spanish)",
  },
  logo: { es: "Logo", pt: "Logo", en: "Logo" },
  logoHint: {
    es: "PNG, JPEG o WebP quieto, de a lo sumo 16 KiB y 1.024 píxeles.",
    pt: "PNG, JPEG ou WebP parado, de no máximo 16 KiB e 1.024 pixels.",
    en: "A PNG, JPEG or WebP that stands still, of at most 16 KiB and 1,024 pixels.",
  },
  logoNoScript: {
    es: "Sin JavaScript, súbalo con el comando",
    pt: "Sem JavaScript, envie-o com o comando",
    en: "Without JavaScript, upload it with the command",
  },
  logoRemove: { es: "Quitar el logo", pt: "Remover o logo", en: "Remove the logo" },
  logoWrong: {
    es: "No se puede usar: {why}",
    pt: "Não pode ser usado: {why}",
    en: "It can't be used: {why}",
  },
  logoNow: {
    es: "Ahora: {width} × {height} píxeles",
    pt: "Agora: {width} × {height} pixels",
    en: "Now: {width} × {height} pixels",
  },
  preview: { es: "Vista previa", pt: "Pré-visualização", en: "Preview" },
  previewText: {
    es: "Así lo verá quien paga. Nada se guarda hasta que pulse Guardar; un logo nuevo se ve después.",
    pt: "Assim verá quem paga. Nada é salvo até clicar em Salvar; um logo novo aparece depois.",
    en: "This is what payers will see. Nothing is saved before you press Save; a new logo shows then.",
  },
  previewDo: { es: "Ver sin guardar", pt: "Ver sem salvar", en: "Look without saving" },
  viewChoose: {
    es: "Al elegir cómo pagar",
    pt: "Ao escolher como pagar",
    en: "While choosing how to pay",
  },
  viewApproved: { es: "Después de pagar", pt: "Depois de pagar", en: "After paying" },
  view: { es: "Página", pt: "Página", en: "Page" },
  contrastGood: {
    es: "Se lee bien en claro y en oscuro ({light} y {dark}).",
    pt: "Lê-se bem no claro e no escuro ({light} e {dark}).",
    en: "It reads well in light and in dark ({light} and {dark}).",
  },
  contrastShifted: {
    es: "Contraste {ratio} con el fondo {scheme}: los enlaces usarán un tono más {direction} para que se lean. Los botones conservan el color.",
    pt: "Contraste {ratio} com o fundo {scheme}: os links usarão um tom mais {direction} para serem lidos. Os botões mantêm a cor.",
    en: "Contrast {ratio} with the {scheme} page: links will take a {direction} shade so that they can be read. Buttons keep the colour.",
  },
  light: { es: "claro", pt: "claro", en: "light" },
  dark: { es: "oscuro", pt: "escuro", en: "dark" },
  darker: { es: "oscuro", pt: "escuro", en: "darker" },
  lighter: { es: "claro", pt: "claro", en: "lighter" },
} as const satisfies Record<string, Words>
