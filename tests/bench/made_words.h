// SPDX-License-Identifier: GPL-2.0-or-later
/* What make_labelled.c writes its messages from: invented communes of several regions, words
 * of each kind, tales, chatter. Included by it alone. */
#ifndef TB_TESTS_MADE_WORDS_H
#define TB_TESTS_MADE_WORDS_H

#define SET_PLACES_MAX 20

struct made_place {
    const char *code, *name, *type, *alias;
};

/* A name that begins with a type word and a number is written in the ways such names are. */
static const struct made_place place_sets[][SET_PLACES_MAX] = {
    /* a delta commune: pairs that differ by a letter, names that begin like kinds */
    {{"1", "Yên Lạc", "thon", NULL},
     {"2", "Yên Lộc", "thon", NULL},
     {"3", "Lạc Đạo", "thon", "lang dao"},
     {"4", "Phú Thị", "thon", NULL},
     {"5", "Phú Thụ", "thon", NULL},
     {"6", "Báo Đáp", "thon", NULL},
     {"7", "Đại Tự", "thon", NULL},
     {"8", "Trung Nghĩa Hạ", "thon", "nghia ha"},
     {"9", "Cầu Đuống", "thon", NULL},
     {"10", "Xuân Trạch Đông Ngoại", "thon", "dong ngoai"},
     {"21", "TDP số 12", "tdp", NULL},
     {"22", "TDP số 2", "tdp", NULL},
     {"23", "Khu 3", "khu", NULL},
     {"24", "Thôn A", "thon", NULL}},
    /* a highland commune: Ede, Bana and H're names */
    {{"1", "Kon Dung", "lang", NULL},
     {"2", "Vã Nhăn", "thon", NULL},
     {"3", "Y Blô", "buon", NULL},
     {"4", "Krông Búk", "buon", NULL},
     {"5", "Ea Tul", "buon", NULL},
     {"6", "Plei Bông", "lang", NULL},
     {"7", "Đăk Rơ Wa", "lang", NULL},
     {"8", "Gò Tranh", "thon", "go tranh ha"},
     {"9", "Nước Mìn", "thon", NULL},
     {"10", "Kon Brăp Ju", "lang", NULL},
     {"11", "Buôn Trấp", "buon", NULL},
     {"12", "Bom Bo", "soc", NULL},
     {"13", "H'Nếch", "buon", NULL}},
    /* a southern and a mountain commune in one: ap, khom, ban */
    {{"1", "Ấp 4", "ap", NULL},
     {"2", "Ấp 14", "ap", NULL},
     {"3", "Khóm Tân Bình", "khom", NULL},
     {"4", "Bản Mù", "ban", NULL},
     {"5", "Bản Lìm Mông", "ban", NULL},
     {"6", "Bình Hòa Đông", "ap", NULL},
     {"7", "Bình Hòa Tây", "ap", NULL},
     {"8", "Rạch Sâu", "ap", NULL},
     {"9", "Mỹ Thạnh An", "ap", "my thanh"},
     {"10", "Khu phố 5", "khu pho", NULL},
     {"11", "Vĩnh Phước", "ap", NULL},
     {"12", "Cây Dừa", "ap", NULL},
     {"13", "Bản X", "ban", NULL}},
    /* a town: numbers everywhere, and a village beside a street of a like name */
    {{"01", "TDP 1", "tdp", NULL},
     {"02", "TDP 2", "tdp", NULL},
     {"03", "TDP 3", "tdp", NULL},
     {"10", "TDP 10", "tdp", NULL},
     {"11", "TDP 11", "tdp", NULL},
     {"31", "Hưng Đạo", "thon", NULL},
     {"32", "Hùng Vương", "thon", NULL},
     {"33", "Tân Mỹ", "thon", NULL},
     {"34", "Tân Phú", "thon", NULL},
     {"35", "Tân Phúc", "thon", NULL},
     {"36", "Sơn Trà Thượng Quan", "thon", NULL},
     {"37", "Chợ Mới", "thon", NULL},
     {"38", "Đình Bảng", "thon", NULL}},
};

struct made_kind {
    const char *code;
    const char *words[6];
    const char *tales[5];
};

static const struct made_kind made_kinds[] = {
    {"CHAY", {"cháy", "hỏa hoạn", "cháy nhà", "nổ bình ga"}, {"ở kho phế liệu", "khói đen bốc cao", "gọi 114 rồi", ""}},
    {"CUOP",
     {"cướp", "cướp giật", "giật đồ", "giật dây chuyền"},
     {"hai tên bịt mặt", "chạy về hướng cầu", "của cô giáo"}},
    {"DANH",
     {"đánh nhau", "đánh lộn", "chém nhau", "gây thương tích"},
     {"ở quán bia, 4 người", "có dao", "trước nhà văn hóa"}},
    {"CUUNAN", {"đuối nước", "sạt lở", "chết đuối", "sập nhà", "mắc kẹt"}, {"ở bờ kè", "2 cháu nhỏ", "ngoài bãi sông"}},
    {"VUKHI", {"vũ khí", "súng tự chế", "lựu đạn", "bom"}, {"trong nhà kho", "thợ đào móng thấy", "cạnh đường ray"}},
    {"TRENGUY", {"xâm hại", "trẻ bị đánh", "bắt cóc"}, {"cháu gái 9 tuổi", "ở phòng trọ"}},
    {"BAOHANH",
     {"bạo hành", "đánh vợ", "đánh con", "bạo lực gia đình"},
     {"say rượu, la lớn", "nhà cuối ngõ", "hàng xóm gọi"}},
    {"TNGT",
     {"tai nạn", "tai nạn giao thông", "tông xe", "đụng xe"},
     {"xe tải với xe đạp", "dốc cầu, 2 người ngã", "gần trạm y tế"}},
    {"MATTICH", {"mất tích", "đi lạc"}, {"bé trai 5 tuổi", "cụ ông mặc áo xanh", "từ sáng chưa về"}},
    {"GAYROI",
     {"gây rối", "đua xe", "phá phách", "quậy phá"},
     {"đám choai choai", "trước quán karaoke", "nẹt pô ầm ĩ"}},
    {"TROM",
     {"trộm cắp", "trộm", "mất trộm", "ăn cắp", "mất xe"},
     {"lấy máy bơm", "bẻ khóa cổng", "con bò của ông Năm", "bắt được một tên"}},
    {"MATUY", {"ma túy", "kim tiêm", "hút chích"}, {"sau nhà máy gạch", "ba thanh niên lạ", "dưới chân cầu"}},
    {"PHAO", {"pháo nổ", "đốt pháo", "bắn pháo"}, {"ngoài ruộng", "nhà có đám cưới", ""}},
    {"COBAC",
     {"cờ bạc", "đánh bạc", "đá gà", "xóc đĩa", "lô đề"},
     {"trong vườn điều", "chục người", "ở bãi đất sau chùa"}},
    {"LUADAO", {"lừa đảo", "lừa qua mạng", "giả danh công an"}, {"gọi điện đòi tiền", "mất 5 triệu", "bán vé số giả"}},
    {"MAUTHUAN",
     {"mâu thuẫn", "tranh chấp", "cãi nhau", "tranh chấp đất"},
     {"ranh giới vườn", "hai nhà liền kề", "vì con chó"}},
    {"TRATTU", {"ùn tắc", "lấn chiếm", "xả rác", "đổ rác"}, {"vỉa hè chợ", "xe container", "bãi rác tự phát"}},
};

static const char *const made_times[] = {"2h sáng", "21h05", "9h tối", "lúc 20h15", "3h chiều", "22h", "lúc 5h sáng"};

/* As people write, in the tales' accents: what is cut short. */
static const char *const made_short[][2] = {{"người", "ng"}, {"được", "dc"}, {"với", "vs"}, {"không", "ko"}};

static const char *const made_chatter[] = {"ok",
                                           "Ok anh",
                                           "Da vang a",
                                           "Em oi toi nay ve an com nhe",
                                           "Alo anh a, mai hop luc may gio",
                                           "Chuc mung ban trung thuong! Truy cap link de nhan qua",
                                           "[TB] Quy khach duoc tang 50% gia tri the nap",
                                           "Tai khoan cua ban con 12.500d, han su dung 30/11/2026.",
                                           "Vao nha roi nhe",
                                           "Ra cho mua gi khong em",
                                           "Xem bong da khong anh",
                                           "Bao gio anh ve toi?",
                                           "Nhan duoc tien chua chi",
                                           "Mai di dam cuoi nha bac Tu nhe",
                                           "Cam on anh nhieu",
                                           "Chau ngu chua em",
                                           "Them com nua khong con",
                                           "Huy keo toi nay nhe, minh ban roi",
                                           "Toi di cho chut nhe",
                                           "OTP cua ban la 482913. Khong chia se voi bat ky ai",
                                           "Hop lop luc 8h nha cac ban",
                                           "(QC) Vay tien nhanh lai suat 0%, soan VAY gui 8x88",
                                           "Tin chuan chua anh",
                                           "Loa nha em hong roi",
                                           "Xong viec chua",
                                           "Con nho mac ao am nhe",
                                           "anh dang o dau day",
                                           "Chieu nay mua to qua",
                                           "Chao buoi sang",
                                           "Sua xe het bao nhieu",
                                           "So du TK 0123456 la 1,250,000 VND",
                                           "Goi lai cho me ngay nhe",
                                           "Tot qua, cam on em",
                                           "Toi nay co bong da day",
                                           "Khoa cua chua con",
                                           "Em gui anh so tai khoan nhe",
                                           "Tra loi anh di",
                                           "Ma xac thuc cua quy khach la 991203",
                                           "Dieu hoa hong roi anh oi",
                                           "Co mat o nha khong",
                                           "The a",
                                           "Lop minh mai nghi hoc nhe",
                                           "Xin chao"};

#endif
