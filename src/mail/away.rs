//! Subjects of automatic answers: what Exchange, Notes, Sieve and others put before the subject that
//! they answer, in the languages that they are sold in. Only the beginning counts, so that a person's
//! `Re: Automatic reply: ...` stays a person's.

use super::base_subject;
use super::subject::untagged;

/// Beginnings that a colon follows, in lower case. They name an answer that no person gave, so no person
/// puts them there.
const PREFIXES: [&str; 68] = [
    "automatic reply",
    "automatic response",
    "automated reply",
    "automated response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto-response",
    "autoresponse",
    "automatic answer",
    "holiday reply",
    "out of office autoreply",
    "out of office reply",
    "vacation reply",
    "automatische antwort",
    "abwesenheitsnotiz",
    "réponse automatique",
    "respuesta automática",
    "risposta automatica",
    "resposta automática",
    "automatisch antwoord",
    "autosvar",
    "automatisk svar",
    "automatiskt svar",
    "automaattinen vastaus",
    "automatická odpověď",
    "odpowiedź automatyczna",
    "automatikus válasz",
    "автоматический ответ",
    "αυτόματη απάντηση",
    "otomatik yanıt",
    "自動返信",
    "自动答复",
    "automatická odpoveď",
    "răspuns automat",
    "автоответ",
    "автоматична відповідь",
    "автоматичен отговор",
    "аутоматски одговор",
    "automatski odgovor",
    "samodejni odgovor",
    "automaatvastus",
    "automātiska atbilde",
    "automatinis atsakymas",
    "resposta automàtica",
    "erantzun automatikoa",
    "trả lời tự động",
    "balasan otomatis",
    "ตอบกลับอัตโนมัติ",
    "自动回复",
    "自動回覆",
    "自動応答",
    "자동 회신",
    "자동 응답",
    "الرد التلقائي",
    "رد تلقائي",
    "תשובה אוטומטית",
    "מענה אוטומטי",
    "автовідповідь",
    "sjálfvirkt svar",
    "پاسخ خودکار",
    "स्वचालित उत्तर",
    "balasan automatik",
    "автоматски одговор",
    "automatyczna odpowiedź",
    "autoodpowiedź",
    "automaattivastaus",
];

/// Beginnings that a colon follows, in lower case, of an automatic answer where a header says so, too;
/// else a person may be writing of a car, of a child that is ill, or of when nobody is there. What takes
/// a person's mail for a machine's hides it; the other way round one answer too many is sent.
const AMBIGUOUS: [&str; 32] = [
    "auto",
    "vacation",
    "abwesend",
    "niet aanwezig",
    "frånvaro",
    "afwezig",
    "ikke på kontoret",
    "fraværende",
    "poza biurem",
    "nieobecność",
    "out of the office",
    "absence du bureau",
    "不在通知",
    "absence",
    "absent du bureau",
    "abwesenheit",
    "afwezigheid",
    "out of office",
    "out-of-office",
    "auto-responder",
    "autoresponder",
    "abwesenheitsassistent",
    "fuori sede",
    "fuori ufficio",
    "fuera de la oficina",
    "fuera de oficina",
    "fora do escritório",
    "ausência temporária",
    "message d'absence",
    "afwezigheidsbericht",
    "abwesenheitsmeldung",
    "abwesenheitsnachricht",
];

/// Whole subjects, in lower case.
const WHOLE: [&str; 10] = [
    "automatic answer",
    "holiday reply",
    "automatic reply",
    "automatic response",
    "auto response",
    "autoreply",
    "out of office",
    "out of office autoreply",
    "vacation reply",
    "abwesenheitsnotiz",
];

/// What Notes writes behind the name of who is away, in lower case.
const AWAY: [&str; 3] = [" is out of the office", " ist außer haus", " est absent(e)"];

/// What else in a header speaks for an automatic answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Hint {
    None,
    /// It answers another mail, as a person may under a subject of her own.
    Answers,
    /// It comes from nobody, or has a mark of machines.
    Marked,
}

/// Whether this is the subject of an automatic answer. Tags of gateways in front (`[EXTERNAL]`) are
/// passed over.
pub(super) fn is_subject(subject: &str, hint: Hint) -> bool {
    let subject = untagged(subject);
    let lower = subject.to_lowercase();
    let lower =
        lower.strip_prefix("auto:").filter(|_| subject.starts_with("AUTO")).unwrap_or(&lower);
    let prefix = lower.split([':', '：']).next().filter(|prefix| prefix.len() < lower.len());
    let prefix = prefix.map(str::trim).unwrap_or_default();
    let mut away = AWAY.iter().filter_map(|away| lower.split_once(away)).map(|(_, b)| b.trim());
    // Who asks how to set one up begins like that.
    let asks = hint == Hint::None && lower.ends_with('?');
    PREFIXES.contains(&prefix) && !asks
        || AMBIGUOUS.contains(&prefix) && hint == Hint::Marked
        || WHOLE.contains(&lower.trim()) && hint >= Hint::Answers
        || base_subject(subject) == subject
            && away.any(|behind| behind.is_empty() || behind == "." || behind.starts_with('('))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        for (subject, hint, wanted) in [
            ("Automatic reply: your order", Hint::None, true),
            ("Automatische Antwort: Rechnung", Hint::None, true),
            ("Réponse automatique : facture", Hint::None, true),
            ("自動返信: 見積り", Hint::None, true),
            ("자동 회신: 견적", Hint::None, true),
            ("תשובה אוטומטית: הזמנה", Hint::None, true),
            ("Răspuns automat: comanda", Hint::None, true),
            ("AUTOMATICKÁ ODPOVEĎ: objednávka", Hint::None, true),
            ("Автоответчик не работает: что делать?", Hint::None, false),
            ("Out of Office AutoReply: your order", Hint::None, true),
            ("Out of Office", Hint::Answers, true),
            ("Out of Office", Hint::None, false),
            ("Holiday reply", Hint::Answers, true),
            ("[EXTERNAL] Automatic reply: your order", Hint::None, true),
            ("***SPAM*** [#5521] Abwesenheitsnotiz: hier", Hint::None, true),
            ("[EXT] Re: Automatic reply: your order", Hint::None, false),
            ("[", Hint::None, false),
            ("Automatic reply: can you come?", Hint::Answers, true),
            ("Abwesenheitsnotiz: wie einrichten?", Hint::None, false),
            ("Out of office: 12 to 16 June", Hint::Answers, false),
            ("Out of Office: your order", Hint::Marked, true),
            ("Autoresponder: funktioniert nicht", Hint::None, false),
            ("Fuori ufficio: chi risponde al telefono", Hint::None, false),
            ("Fuori ufficio: il tuo ordine", Hint::Marked, true),
            ("Absence: my son, class 5b", Hint::Answers, false),
            ("Absence: your order", Hint::Marked, true),
            ("Automatic answer: your order", Hint::None, true),
            ("Re: Holiday reply", Hint::None, false),
            ("Anna Berg is out of the office", Hint::None, true),
            ("AUTO: Anna Berg is out of the office (returning 03/01/2026)", Hint::None, true),
            ("AUTO: Anna Berg ist außer Haus (Rückkehr am 15.06.2026)", Hint::None, true),
            ("Anna Berg is out of the office.", Hint::None, true),
            ("RE: Anna Berg is out of the office", Hint::Marked, false),
            ("Автовідповідь: замовлення", Hint::None, true),
            ("Frånvaro: din order", Hint::Marked, true),
            ("Frånvaro: Lisa 5B", Hint::None, false),
            ("Abwesend: Anna am Montag", Hint::None, false),
            ("不在通知: 荷物", Hint::None, false),
            ("Auto: your order", Hint::Marked, true),
            ("Auto: Versicherung", Hint::None, false),
            ("Re: Automatic reply: your order", Hint::None, false),
            ("Automatic reply does not work", Hint::None, false),
            ("Out of office next week", Hint::None, false),
            ("Who is out of the office today?", Hint::None, false),
            ("Vacation rental", Hint::None, false),
            ("", Hint::Marked, false),
        ] {
            assert_eq!(is_subject(subject, hint), wanted, "{subject}");
        }
    }
}
